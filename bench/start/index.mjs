// @ts-check
import { once } from 'node:events';
import { openConnection } from '../support/http-connection.mjs';
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { startPostgres, withClient } from '../support/postgres.mjs';
import { startProduct } from '../support/product.mjs';
import { interleaved } from '../support/rounds.mjs';
import { median } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';
import { fill } from './fill.mjs';

export const about = 'time until a replica is ready, and its memory, with 100,000 aliases against 10';

const FEW = 10;
const MANY = 100_000;
const ROUNDS = 5;
const READY_BAR_MS = 3000;
const MEMORY_BAR_BYTES = 1024;

/** @typedef {{ readyMs: number, used: number, rss: number, body: number }} Start sizes in bytes */

export const run = () =>
  owning(async (own) => {
    const postgres = await startPostgres(own);
    /** @type {Record<string, () => Promise<Start>>} */
    const contenders = {};
    for (const count of [FEW, MANY]) {
      const url = await postgres.database(`aliases_${count}`);
      await withClient(url, (client) => fill(client, count));
      contenders[count] = () => start(url, count);
    }
    const results = await interleaved(ROUNDS, contenders);
    const [few, many] = [FEW, MANY].map((count) => summary(results[count] ?? []));
    if (!few || !many) throw new Error('nothing was measured');
    const perAlias = (many.used - few.used) / (MANY - FEW);
    show(few, many, perAlias);
    const beyond = perAlias - many.body;
    return [
      judge({ bench: 'start-ready', ratio: many.readyMs / READY_BAR_MS, bar: 1, better: 'lower' }),
      judge({ bench: 'start-memory', ratio: beyond / MEMORY_BAR_BYTES, bar: 1, better: 'lower' }),
    ];
  });

/**
 * Starts a replica, asks it for its memory and for one resolution, and ends it.
 * @param {string} url
 * @param {number} count
 * @returns {Promise<Start>}
 */
async function start(url, count) {
  const preload = new URL('./tell-memory.mjs', import.meta.url).href;
  const nodeOptions = ['--expose-gc', '--import', preload];
  const server = await startProduct(['serve'], { DATABASE_URL: url }, { nodeOptions, ipc: true });
  try {
    const connection = await openConnection(server.url);
    const { body } = await connection.request('GET', `/v1/models/model-${count}/aliases/production/resolve`);
    connection.close();
    server.process.send('memory');
    const [memory] = await once(server.process, 'message');
    return { readyMs: server.readyMs, ...memory, body: Buffer.byteLength(body) };
  } finally {
    await server.stop();
  }
}

/**
 * @param {Start[]} starts
 * @returns {Start}
 */
function summary(starts) {
  const of = (/** @type {keyof Start} */ key) => median(starts.map((one) => one[key]));
  return { readyMs: of('readyMs'), used: of('used'), rss: of('rss'), body: of('body') };
}

/**
 * @param {Start} few
 * @param {Start} many
 * @param {number} perAlias
 */
function show(few, many, perAlias) {
  const row = (/** @type {number} */ count, /** @type {Start} */ one) => [
    count.toLocaleString('en-GB'),
    short(one.readyMs),
    short(one.used / 2 ** 20),
    short(one.rss / 2 ** 20),
  ];
  const head = ['aliases', 'ready after ms', 'in use MiB', 'resident MiB'];
  printTable(`medians of ${ROUNDS} starts`, head, [row(FEW, few), row(MANY, many)]);
  const bytes = `${short(perAlias)} bytes an alias in use, of which its record, ready to be sent, is ${short(many.body)}`;
  console.log(`${bytes}; ready ${(many.readyMs / few.readyMs).toFixed(2)} times as late as with ${FEW}`);
}
