// @ts-check
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../support/child.mjs';
import { startProduct } from '../support/product.mjs';
import { openConnection } from '../support/http-connection.mjs';

const WATCH = '/v1/watch?model=fraud&alias=production';
const now = () => performance.timeOrigin + performance.now();

// Counted over all crowds, which share one alias: a move to where it points already would tell nobody.
let moves = 0;

/** @typedef {(end: () => unknown) => void} Own */
/** @typedef {{ round: (n: number) => Promise<number[]>, bytesEach: number }} Crowd `round`: ms from the order to each one told */

/**
 * `count` watchers of one alias, half of them on each of two replicas, told by moves of it.
 * @param {string} databaseUrl
 * @param {number} count
 * @param {Own} own
 * @returns {Promise<Crowd & { sample: () => string }>}
 */
export async function lastgoodCrowd(databaseUrl, count, own) {
  const replicas = [await startProduct(['serve'], { DATABASE_URL: databaseUrl }, {})];
  replicas.push(await startProduct(['serve'], { DATABASE_URL: databaseUrl }, {}));
  for (const replica of replicas) own(replica.stop);
  const [first] = replicas;
  if (!first) throw new Error('no replica');
  const before = await resident(replicas.map(({ pid }) => pid));
  const watchers = startChild(new URL('./watchers.mjs', import.meta.url), own);
  await watchers.ask({ urls: replicas.map(({ url }) => new URL(WATCH, url).href), watchers: count });
  await sleep(500);
  const bytesEach = ((await resident(replicas.map(({ pid }) => pid))) - before) / count;
  const connection = await openConnection(first.url);
  own(connection.close);
  let sample = '';
  return {
    bytesEach,
    sample: () => sample,
    async round(n) {
      const reason = `round ${n} of ${count}`;
      await watchers.ask({ await: `"reason":"${reason}"` });
      const begun = now();
      const body = { version: `v${1 + (moves % 2)}`, reason };
      moves += 1;
      const answer = await connection.request('PUT', '/v1/models/fraud/aliases/production', body);
      if (answer.status !== 200) throw new Error(answer.body);
      const { told, last } = await watchers.ask({ heard: true });
      sample = last;
      return told.map((/** @type {number} */ at) => at - begun);
    },
  };
}

/**
 * As many open responses of two bare servers, told the same bytes on order.
 * @param {number} count
 * @param {() => string} sample what the others were told
 * @param {Own} own
 * @returns {Promise<Crowd>}
 */
export async function bareCrowd(count, sample, own) {
  const program = new URL('./bare-server.mjs', import.meta.url);
  const servers = [startChild(program, own), startChild(program, own)];
  const ports = await Promise.all(servers.map((server) => server.ask({})));
  const before = await resident(servers.map(({ pid }) => pid));
  const watchers = startChild(new URL('./watchers.mjs', import.meta.url), own);
  await watchers.ask({ urls: ports.map(({ port }) => `http://127.0.0.1:${port}/`), watchers: count });
  await sleep(500);
  const bytesEach = ((await resident(servers.map(({ pid }) => pid))) - before) / count;
  return {
    bytesEach,
    async round() {
      await watchers.ask({ await: '\n\n' });
      const begun = now();
      const tell = sample();
      await Promise.all(servers.map((server) => server.ask({ tell })));
      const { told } = await watchers.ask({ heard: true });
      return told.map((/** @type {number} */ at) => at - begun);
    },
  };
}

/**
 * Resident memory of processes together, in bytes.
 * @param {number[]} pids
 */
async function resident(pids) {
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8')));
  return texts.reduce((sum, text) => sum + Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1024, 0);
}
