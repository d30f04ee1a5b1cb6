// @ts-check
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { interleaved } from '../support/rounds.mjs';
import { median, percentile } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';
import { makeRegistry, openRegistry } from './registry.mjs';

export const about = 'time of an alias move and of a rollback over HTTP against a bare three-row transaction';

const SIZES = [10, 10_000, 1_000_000];
const WARM_UP = 200;
const ROUNDS = 45;
const TIMES = 12;
const FLAT_BAR = 1.2;
const BARE_BAR = 3;
const KINDS = /** @type {const} */ (['bare', 'move', 'rollback']);

/** @typedef {Record<typeof KINDS[number], number[]>} Round milliseconds, one for each transaction */

export const run = () =>
  owning(async (own) => {
    const postgres = await startPostgres(own);
    /** @type {Record<string, string>} */
    const urls = {};
    for (const size of SIZES) {
      const begun = performance.now();
      urls[size] = await makeRegistry(postgres, size);
      console.log(
        `${size.toLocaleString('en-GB')} versions are in, after ${short((performance.now() - begun) / 1000)} s`,
      );
    }
    /** @type {Record<string, () => Promise<Round>>} */
    const contenders = {};
    for (const size of SIZES) {
      const registry = await openRegistry(urls[size] ?? '', size, own);
      await registry.round(WARM_UP);
      contenders[size] = () => registry.round(TIMES);
    }
    const results = await interleaved(ROUNDS, contenders);
    const ms = Object.fromEntries(SIZES.map((size) => [size, summary(results[size] ?? [])]));
    show(ms);
    return figures(ms);
  });

/** @typedef {Record<typeof KINDS[number], { ms: number, p99: number }>} Summary */

/**
 * The median of the rounds' medians.
 * @param {Round[]} rounds
 * @returns {Summary}
 */
function summary(rounds) {
  const of = (/** @type {typeof KINDS[number]} */ kind) => ({
    ms: median(rounds.map((round) => median(round[kind]))),
    p99: percentile(
      rounds.flatMap((round) => round[kind]),
      0.99,
    ),
  });
  return { bare: of('bare'), move: of('move'), rollback: of('rollback') };
}

/** @param {Record<string, Summary>} ms */
function show(ms) {
  const names = { bare: 'bare transaction, pg', move: 'PUT alias, HTTP', rollback: 'POST rollback, HTTP' };
  printTable(
    `milliseconds, median of ${ROUNDS} rounds of ${TIMES}`,
    ['', 'versions', 'ms', 'of bare', 'p99 ms'],
    SIZES.flatMap((size) =>
      KINDS.map((kind) => {
        const { [kind]: one, bare } = /** @type {Summary} */ (ms[size]);
        return [
          names[kind],
          size.toLocaleString('en-GB'),
          short(one.ms),
          (one.ms / bare.ms).toFixed(2),
          short(one.p99),
        ];
      }),
    ),
  );
}

/** @param {Record<string, Summary>} ms */
function figures(ms) {
  const [few = 0, , many = 0] = SIZES;
  const at = (/** @type {number} */ size) => /** @type {Summary} */ (ms[size]);
  return /** @type {const} */ (['move', 'rollback']).flatMap((kind) => [
    judge({ bench: `${kind}-flat`, ratio: at(many)[kind].ms / at(few)[kind].ms, bar: FLAT_BAR, better: 'lower' }),
    judge({
      bench: `${kind}-over-bare`,
      ratio: Math.max(...SIZES.map((size) => at(size)[kind].ms / at(size).bare.ms)),
      bar: BARE_BAR,
      better: 'lower',
    }),
  ]);
}
