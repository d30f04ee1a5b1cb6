import fc from 'fast-check';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendTogether } from '../../../src/platform/database/send-together.js';
import { isDatabaseUnavailable } from '../../../src/platform/database/unavailable.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { startCutProxy } from '../../support/cut-proxy.js';

type Word = 'begin' | 'add' | 'count' | 'COMMIT' | 'ROLLBACK';

describe('a connection that sends the beginning of a transaction with its first statement', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = await connect(database.url);
    await client.query('CREATE TABLE notes (n integer)');
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const connect = async (connectionString: string): Promise<pg.Client> => {
    const opened = new pg.Client({ connectionString, pipeline: true });
    opened.on('error', () => undefined);
    await opened.connect();
    sendTogether(opened);
    return opened;
  };
  const begin = () => client.query('START TRANSACTION');
  const add = (n: number) => client.query('INSERT INTO notes VALUES ($1)', [n]);
  const count = async (asker = client) =>
    (await asker.query<{ n: number }>('SELECT count(*)::integer AS n FROM notes')).rows[0]?.n;
  const inTransaction = async () =>
    (await client.query<{ own: boolean }>('SELECT now() <> statement_timestamp() AS own')).rows[0]?.own;

  it('is in a transaction from the first statement on, until the commit', async () => {
    await begin();
    await count();
    expect(await inTransaction()).toBe(true);
    await client.query('COMMIT');
    expect(await inTransaction()).toBe(false);
  });

  it('begins nothing for a transaction that asks for nothing', async () => {
    for (const end of ['COMMIT', 'ROLLBACK']) {
      await begin();
      await client.query(end);
      expect(await inTransaction()).toBe(false);
    }
  });

  it('keeps to itself what it wrote first, until the commit', async () => {
    const other = await connect(database.url);
    await begin();
    await add(1);
    expect([await count(), await count(other)]).toEqual([1, 0]);
    await client.query('COMMIT');
    expect(await count(other)).toBe(1);
    await other.end();
  });

  it('answers in the order asked, and as if it had begun at once, whatever is asked without waiting', async () => {
    const word = fc.constantFrom<Word>('begin', 'add', 'add', 'count', 'count', 'COMMIT', 'ROLLBACK');
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 20 }), async (words) => {
        await client.query('TRUNCATE notes');
        let [kept, seen, open] = [0, 0, false];
        const expected: number[] = [];
        const answers: Promise<number | undefined>[] = [];
        for (const one of words) {
          if (one === 'begin' && !open) {
            void begin();
            open = true;
          } else if (one === 'add') {
            void add(seen);
            seen += 1;
            if (!open) kept = seen;
          } else if (one === 'count') {
            answers.push(count());
            expected.push(seen);
          } else if (one !== 'begin' && open) {
            void client.query(one);
            if (one === 'COMMIT') kept = seen;
            [seen, open] = [kept, false];
          }
        }
        if (open) void client.query('ROLLBACK');
        expect(await Promise.all(answers)).toEqual(expected);
        expect(await count()).toBe(kept);
      }),
      { numRuns: 60 },
    );
  });

  it('tells the first statement that the line is broken', async () => {
    const line = await startCutProxy(database.url);
    const cut = await connect(line.url);
    await cut.query('START TRANSACTION');
    await line.cut();
    for (const asked of ['SELECT 1', 'INSERT INTO notes VALUES (1)']) {
      const error: unknown = await cut.query(asked).catch((thrown: unknown) => thrown);
      expect([asked, isDatabaseUnavailable(error)]).toEqual([asked, true]);
    }
    await line.close();
    expect(await count()).toBe(0);
  });
});
