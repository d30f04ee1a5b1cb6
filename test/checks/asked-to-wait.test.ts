import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryRows } from '../integration/api/registry-rows.js';
import { startFileServer, type FileServer } from '../stores/https-server.js';
import { startApi, type TestApi } from '../support/api.js';
import { promote } from '../support/registering.js';
import { registerInVersions } from './crowd.js';

const OBJECTS = 2_000;
const IN_EACH = 200;
const WAIT_SECONDS = 15;
const LONG = 300_000;
const POLL = { timeout: 120_000, interval: 100 };

describe('a sweep of two thousand objects of a server that asks to be left alone', () => {
  let busy: FileServer;
  let other: FileServer;
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    [busy, other] = [await startFileServer(), await startFileServer()];
    api = await startApi({
      jobs: true,
      env: {
        LASTGOOD_HTTPS_ALLOWED_HOSTS: `http://${busy.host},http://${other.host}`,
        LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
        LASTGOOD_STORE_REQUESTS_PER_SECOND: '0',
        LASTGOOD_CHECK_DEEP_SECONDS: '0',
        LASTGOOD_CHECK_OTHER_DEEP_SECONDS: '0',
        // What those are strewn over that were turned away; all but one are looked at every week.
        LASTGOOD_CHECK_KEPT_LOOK_SECONDS: '10',
      },
    });
    rows = await RegistryRows.of(api.databaseUrl);
    await registerInVersions(api, 'crowd', layMany(busy, 'crowd', OBJECTS), IN_EACH);
    await registerInVersions(api, 'calm', layMany(other, 'calm', 20), 20);
    await promote(api, 'crowd', 1);
  }, LONG);
  afterAll(async () => {
    await rows?.close();
    await api?.close();
    await busy?.stop();
    await other?.stop();
  });

  /** How many subjects of a model are in each state, of those that were seen after a time. */
  const states = async (model: string, after = '-infinity'): Promise<Record<string, number>> => {
    const found = await rows.query<{ state: string; count: number }>(
      `SELECT state, count(*)::int AS count FROM newest_checks
       WHERE kind = 'artifact' AND observed_at > $2 AND model_id = (SELECT id FROM models WHERE name = $1)
       GROUP BY state`,
      [model, after],
    );
    return Object.fromEntries(found.map(({ state, count }) => [state, count]));
  };
  const underWay = async (): Promise<number> =>
    (await rows.query('SELECT FROM check_rounds WHERE picked_at IS NOT NULL')).length;

  it(
    'asks it a few times, does not hold up others, calls nothing missing, and sees all of it afterwards by itself',
    async () => {
      await expect.poll(() => states('crowd'), POLL).toEqual({ present: OBJECTS });
      await expect.poll(() => states('calm'), POLL).toEqual({ present: 20 });
      await expect.poll(underWay, POLL).toBe(0);

      let requests = 0;
      for (const path of busy.files.keys()) {
        busy.answers.set(path, (_request, response) => {
          requests += 1;
          response.writeHead(429, { 'retry-after': String(WAIT_SECONDS) }).end();
        });
      }
      const [now] = await rows.query<{ at: string }>(`SELECT now()::text AS at`);
      await rows.query(`UPDATE check_rounds SET due_at = now() WHERE depth = 'look'`);
      await expect.poll(() => states('crowd', now?.at), POLL).toEqual({ unreachable: OBJECTS });
      await expect.poll(() => states('calm', now?.at), POLL).toEqual({ present: 20 });
      const asked = requests;
      console.log(`${asked} requests for ${OBJECTS} objects while the server asked to be left alone`);
      // As many as may be under way at once.
      expect(asked).toBeLessThanOrEqual(32);
      const [{ said, until } = { said: '', until: '' }] = await rows.query<{ said: string; until: string }>(
        `SELECT evidence ->> 'said' AS said, evidence ->> 'retryAt' AS until FROM newest_checks
         WHERE state = 'unreachable' AND evidence ->> 'said' NOT LIKE '% answered 429 %' LIMIT 1`,
      );
      expect(said).toContain(`${busy.host} asked to be left alone, and is asked again after ${until.slice(0, 19)}Z`);
      const metrics = async (): Promise<string> => (await api.as('ana').get('/metrics').expect(200)).text;
      expect(await metrics()).toMatch(/^lastgood_store_waits_total [1-9]/m);
      // Between the end of such a time and the next try there is none.
      await expect.poll(metrics, POLL).toMatch(/^lastgood_store_endpoints_waiting 1$/m);

      busy.answers.clear();
      await expect.poll(() => states('crowd'), POLL).toEqual({ present: OBJECTS });
      await expect.poll(underWay, POLL).toBe(0);
      const wrong = await rows.query(`SELECT FROM checks WHERE state NOT IN ('present', 'unreachable')`);
      expect(wrong).toHaveLength(0);
      const [next] = await rows.query<{ soon: number }>(
        `SELECT count(*)::int AS soon FROM check_rounds WHERE depth = 'look' AND urgency = 4 AND due_at < now() + interval '1 day'`,
      );
      // What was seen is looked at as rarely as before.
      expect(next).toEqual({ soon: 0 });
    },
    LONG,
  );
});

/** Lets a server have so many files, each with other bytes, and answers them as artifacts. */
function layMany(server: FileServer, name: string, count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const [path, bytes] = [`${name}-${index}.bin`, Buffer.from(`${name} ${index}`)];
    server.files.set(path, bytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return { uri: `http://${server.host}/${path}`, path, digest, size: bytes.length };
  });
}
