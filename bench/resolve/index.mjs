// @ts-check
import { startChild } from '../support/child.mjs';
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { startProduct } from '../support/product.mjs';
import { interleaved } from '../support/rounds.mjs';
import { median } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';
import { registerModel } from './model.mjs';

export const about = 'requests a second of GET …/resolve against a bare node:http server that sends the same bytes';

const TOKEN = 'the-token-of-this-measurement';
const STAGES = [
  { connections: 1, rounds: 5, seconds: 2 },
  { connections: 64, rounds: 9, seconds: 3 },
  { connections: 256, rounds: 5, seconds: 2 },
];
const JUDGED = 64;
const BAR = 0.8;

/** @typedef {{ perSecond: number, p50: number, p99: number, busy: number }} Load */

export const run = () =>
  owning(async (own) => {
    const databaseUrl = await (await startPostgres(own)).database('resolve');
    const serve = async (/** @type {NodeJS.ProcessEnv} */ env) => {
      const server = await startProduct(['serve'], { DATABASE_URL: databaseUrl, S3_BUCKET: 'models', ...env });
      own(server.stop);
      return server.url;
    };
    const product = await serve({});
    const { path, answer } = await registerModel(product);
    const bare = startChild(new URL('bare-server.mjs', import.meta.url), own);
    const { port } = await bare.ask(answer);
    /** @typedef {{ port: number, headers: Record<string, string> }} Place */
    /** @type {Record<'bare' | 'product', Place>} */
    const places = { bare: { port, headers: {} }, product: { port: Number(product.port), headers: {} } };
    const guarded = Number((await serve({ LASTGOOD_TOKEN: TOKEN })).port);
    const token = { port: guarded, headers: { authorization: `Bearer ${TOKEN}` } };

    const generator = startChild(new URL('../support/load-client.mjs', import.meta.url), own);
    let ratio = 0;
    for (const { connections, rounds, seconds } of STAGES) {
      const load = (/** @type {Place} */ place) => () =>
        generator.ask({ host: '127.0.0.1', path, connections, seconds, ...place });
      const contenders = {
        'bare node:http': load(places.bare),
        'GET …/resolve': load(places.product),
        ...(connections === JUDGED && { 'GET …/resolve with a token': load(token) }),
      };
      const results = await interleaved(rounds, /** @type {Record<string, () => Promise<Load>>} */ (contenders));
      const shown = show(connections, answer.body.length, results);
      if (connections === JUDGED) ratio = shown;
    }
    return [judge({ bench: 'resolve', ratio, bar: BAR, better: 'higher' })];
  });

/**
 * @param {number} connections
 * @param {number} bytes
 * @param {Record<string, Load[]>} results
 * @returns {number} the product's requests a second over the bare server's
 */
function show(connections, bytes, results) {
  const of = (/** @type {Load[]} */ loads, /** @type {keyof Load} */ key) => median(loads.map((load) => load[key]));
  const base = of(results['bare node:http'] ?? [], 'perSecond');
  const ratios = Object.entries(results).map(([name, loads]) => ({
    name,
    loads,
    ratio: of(loads, 'perSecond') / base,
  }));
  printTable(
    `${connections} connection${connections === 1 ? '' : 's'}, ${bytes} bytes of JSON`,
    ['', 'requests/s', 'of bare', 'p50 ms', 'p99 ms', 'generator, of a core'],
    ratios.map(({ name, loads, ratio }) => [
      name,
      short(of(loads, 'perSecond')),
      ratio.toFixed(3),
      short(of(loads, 'p50')),
      short(of(loads, 'p99')),
      of(loads, 'busy').toFixed(2),
    ]),
  );
  return ratios.find(({ name }) => name === 'GET …/resolve')?.ratio ?? 0;
}
