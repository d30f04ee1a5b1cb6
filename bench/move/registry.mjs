// @ts-check
import { openConnection } from '../support/http-connection.mjs';
import { startProduct } from '../support/product.mjs';
import { withClient } from '../support/postgres.mjs';
import { openBareTransaction } from './bare-transaction.mjs';
import { ALIAS, fill, MODEL } from './fill.mjs';

const PATH = `/v1/models/${MODEL}/aliases/${ALIAS}`;

/**
 * Makes a database of its own for a registry of `count` versions. Returns its URL.
 * @param {{ database: (name: string) => Promise<string> }} postgres
 * @param {number} count
 */
export async function makeRegistry(postgres, count) {
  const databaseUrl = await postgres.database(`versions_${count}`);
  await withClient(databaseUrl, (client) => fill(client, count));
  return databaseUrl;
}

/**
 * A registry of `count` versions, a replica that serves it, and a bare transaction beside.
 * @param {string} databaseUrl
 * @param {number} count
 * @param {(end: () => unknown) => void} own
 */
export async function openRegistry(databaseUrl, count, own) {
  const bare = await openBareTransaction(databaseUrl);
  own(bare.close);
  const server = await startProduct(['serve'], { DATABASE_URL: databaseUrl });
  own(server.stop);
  const connection = await openConnection(server.url);
  own(connection.close);

  const send = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body) => {
    const begun = performance.now();
    const answer = await connection.request(method, path, body);
    const ms = performance.now() - begun;
    if (answer.status !== 200 && answer.status !== 201) throw new Error(`${method} ${path}: ${answer.body}`);
    return ms;
  };
  return {
    /**
     * One round: `times` bare transactions, moves forward and rollbacks, taking turns. What a rollback rejected is
     * cleared again, so that every move finds the same; that is not counted.
     * @param {number} times
     */
    async round(times) {
      /** @type {{ bare: number[], move: number[], rollback: number[] }} */
      const ms = { bare: [], move: [], rollback: [] };
      const to = `v${count - 2}`;
      for (let i = 0; i < times; i += 1) {
        const begun = performance.now();
        await bare.run();
        ms.bare.push(performance.now() - begun);
        ms.move.push(await send('PUT', PATH, { version: to, reason: 'measuring' }));
        ms.rollback.push(await send('POST', `${PATH}/rollback`, { from: to, reason: 'measuring' }));
        await send('POST', `${PATH}/clear`, { version: to, reason: 'measuring' });
      }
      return ms;
    },
  };
}
