// @ts-check
import { fill } from '../move/fill.mjs';
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { startPostgres, withClient } from '../support/postgres.mjs';
import { interleaved } from '../support/rounds.mjs';
import { median, percentile } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';
import { bareCrowd, lastgoodCrowd } from './crowd.mjs';

export const about = 'from an alias move to the last of 100, 1,000 and 10,000 watchers told, on two replicas';

const COUNTS = [100, 1000, 10_000];
const JUDGED = 1000;
const ROUNDS = 15;
const BAR_MS = 100;

export const run = () =>
  owning(async (own) => {
    const postgres = await startPostgres(own);
    const databaseUrl = await postgres.database('fanout');
    await withClient(databaseUrl, (client) => fill(client, 10, 'fraud'));
    /** @type {(string | number)[][]} */
    const rows = [];
    let judged = NaN;
    for (const count of COUNTS) {
      const { product, bare } = await owning((ownCrowd) => measure(databaseUrl, count, ownCrowd));
      const line = (/** @type {string} */ name, /** @type {typeof product} */ one) => [
        name,
        count.toLocaleString('en-GB'),
        short(one.last),
        short(one.p99),
        (one.p99 / bare.p99).toFixed(2),
        short(one.bytesEach / 1024),
      ];
      rows.push(line('lastgood, two replicas', product), line('bare, two servers', bare));
      if (count === JUDGED) judged = product.p99;
    }
    const head = ['', 'watchers', 'last told ms', 'p99 ms', 'of bare', 'KiB each'];
    printTable(`milliseconds from the request of a move to a watcher told, ${ROUNDS} rounds`, head, rows);
    return [judge({ bench: 'fanout-1000-p99', ratio: judged / BAR_MS, bar: 1, better: 'lower' })];
  });

/**
 * @param {string} databaseUrl
 * @param {number} count
 * @param {(end: () => unknown) => void} own
 */
async function measure(databaseUrl, count, own) {
  const product = await lastgoodCrowd(databaseUrl, count, own);
  await product.round(-2);
  await product.round(-1);
  const bare = await bareCrowd(count, product.sample, own);
  await bare.round(0);
  const results = await interleaved(ROUNDS, { product: product.round, bare: bare.round });
  return { product: summary(results['product'] ?? [], product), bare: summary(results['bare'] ?? [], bare) };
}

/**
 * `last`: the median round's last watcher. `p99`: over the watchers of all rounds.
 * @param {number[][]} rounds
 * @param {{ bytesEach: number }} crowd
 */
function summary(rounds, { bytesEach }) {
  return { last: median(rounds.map((ms) => Math.max(...ms))), p99: percentile(rounds.flat(), 0.99), bytesEach };
}
