// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openConnection } from '../support/http-connection.mjs';
import { startProduct } from '../support/product.mjs';

const POLL_MS = 50;

/**
 * `lastgood up` with no limit on requests or bytes: it is the machine that limits.
 * @param {string} databaseUrl
 * @param {Record<string, string>} settings
 * @param {(end: () => unknown) => void} own
 */
export async function startVerifier(databaseUrl, settings, own) {
  const limits = { LASTGOOD_STORE_REQUESTS_PER_SECOND: '0', LASTGOOD_VERIFY_BYTES_PER_SECOND: '0' };
  const body = { LASTGOOD_BODY_LIMIT_BYTES: String(16 * 1024 * 1024), LASTGOOD_PINS: 'false' };
  const server = await startProduct(['up'], { DATABASE_URL: databaseUrl, ...limits, ...body, ...settings });
  own(server.stop);
  const connection = await openConnection(server.url);
  own(connection.close);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  own(() => database.end());

  const send = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ asked) => {
    const answer = await connection.request(method, path, asked);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  };
  const seen = async (/** @type {string} */ kind, /** @type {Date} */ since) => {
    const sql = `SELECT count(*)::int AS seen, count(*) FILTER (WHERE state <> 'present')::int AS wrong,
                        extract(epoch FROM max(observed_at) - $2)::float8 AS seconds, max(duration_ms) AS ms
                 FROM newest_checks WHERE kind = $1 AND observed_at > $2`;
    const { rows } = await database.query(sql, [kind, since]);
    return /** @type {{ seen: number, wrong: number, seconds: number, ms: number }} */ (rows[0]);
  };
  /** Waits until `count` things of a kind have been seen since then; all must be present. */
  const untilSeen = async (/** @type {string} */ kind, /** @type {Date} */ since, /** @type {number} */ count) => {
    for (;;) {
      const found = await seen(kind, since);
      if (found.wrong > 0) throw new Error(`${found.wrong} of ${found.seen} are not present`);
      if (found.seen >= count) return found;
      await sleep(POLL_MS);
    }
  };
  return {
    /** @param {string} model @param {object[]} artifacts */
    async register(model, artifacts) {
      const began = new Date();
      await send('POST', `/v1/models/${model}/versions`, { createModel: true, artifacts, serving: {} });
      await untilSeen('artifact', began, artifacts.length);
    },
    /**
     * Asks for a check and waits for the last thing to be seen.
     * @param {string} model
     * @param {'artifact' | 'content'} kind
     * @param {number} count
     */
    async check(model, kind, count) {
      const began = new Date();
      await send('POST', `/v1/models/${model}/versions/v1/checks`, { deep: kind === 'content' });
      return untilSeen(kind, began, count);
    },
  };
}
