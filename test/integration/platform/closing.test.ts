import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/contract/refusal.js';
import { dataSourceOptions } from '../../../src/platform/database/data-source.js';
import { OutcomeUnknownError } from '../../../src/platform/database/outcome-unknown.js';
import { Closing, Transactions, type Transaction } from '../../../src/platform/database/transactions.js';
import { startCutProxy, type CutProxy } from '../../support/cut-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { query } from '../../support/pg-query.js';

describe('a transaction whose last statements travel with the commit', () => {
  let database: TestDatabase;
  let line: CutProxy;
  let dataSource: DataSource;
  let transactions: Transactions;
  beforeEach(async () => {
    database = await createTestDatabase();
    line = await startCutProxy(database.url);
    await query(database.url, 'CREATE TABLE notes (n integer PRIMARY KEY)');
    dataSource = new DataSource(dataSourceOptions({ url: line.url, poolSize: 1, impatient: true }));
    await dataSource.initialize();
    transactions = new Transactions(dataSource);
  });
  afterEach(async () => {
    await line.restore();
    await dataSource.destroy();
    await line.close();
    await database.drop();
  });

  const add = (transaction: Transaction, n: number): Promise<unknown> =>
    transaction.query('INSERT INTO notes VALUES ($1)', [n]);
  const notes = async (): Promise<number[]> =>
    ((await query(database.url, 'SELECT n FROM notes ORDER BY n')) as { n: number }[]).map(({ n }) => n);
  const addAll = (...numbers: number[]) =>
    transactions.run(async (transaction) => {
      await transaction.query('SELECT 1');
      return new Closing(Promise.all(numbers.map((n) => add(transaction, n))).then(() => numbers.length));
    });

  it('is whole, and answers what they came to', async () => {
    expect(await addAll(1, 2, 3)).toBe(3);
    expect(await notes()).toEqual([1, 2, 3]);
  });

  it('commits nothing where one of them fails, says which, and leaves the connection usable', async () => {
    for (const [numbers, key] of [
      [[1, 1, 2], 1],
      [[3, 4, 4], 4],
    ] as const) {
      await expect(addAll(...numbers)).rejects.toThrow(/duplicate key/);
      await expect(addAll(...numbers)).rejects.toMatchObject({
        driverError: { detail: expect.stringContaining(`(${key})`) },
      });
    }
    expect(await notes()).toEqual([]);
    expect(await addAll(5)).toBe(1);
    expect(await notes()).toEqual([5]);
  });

  it('says that its outcome is open where the line falls silent once they are sent', async () => {
    line.hangAfter('INSERT INTO notes');
    await expect(addAll(1)).rejects.toBeInstanceOf(OutcomeUnknownError);
  }, 30_000);

  it('keeps nothing of what a refusal or an exception leaves behind', async () => {
    const refusal = new Refusal('model-not-found', 'There is none.');
    const refused = await transactions.run(async (transaction) => {
      await add(transaction, 1);
      return refusal;
    });
    expect(refused).toBe(refusal);
    const broken = transactions.run(async (transaction) => {
      await add(transaction, 2);
      throw new Error('thought better of it');
    });
    await expect(broken).rejects.toThrow('thought better of it');
    expect(await notes()).toEqual([]);
  });
});
