import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { registerOver, streamMoves } from '../support/load-moves.js';
import { runLastgood, startLastgood } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { testFolder } from '../support/run-folder.js';
import { freePorts } from '../support/s3-ports.js';
import { openWatch } from '../support/sse.js';

describe('lastgood serve', () => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await testFolder('serve');
  });
  afterAll(() => database.drop());

  const env = (more: Record<string, string> = {}) => ({
    DATABASE_URL: database.url,
    LASTGOOD_DATA: folder,
    ...more,
  });
  const serve = () => startLastgood(['serve', '--port', '0'], { env: env() });
  const refusal = async (more: Record<string, string>, ...args: string[]) => {
    const end = await runLastgood(['serve', '--port', '0', ...args], { env: env(more) });
    expect(end).toMatchObject({ code: 1, stdout: '' });
    return end.stderr;
  };
  const elsewhere = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it('refuses without a database, and says what brings its own', async () => {
    expect(await refusal({ DATABASE_URL: '' })).toBe(
      'lastgood: serve needs DATABASE_URL, the PostgreSQL to use. Without one, `lastgood up` brings its own.\n',
    );
  });

  it('refuses a database that does not answer, naming the server', async () => {
    const [port = 0] = await freePorts(1);
    const said = await refusal({ DATABASE_URL: elsewhere((url) => (url.port = `${port}`)) });
    expect(said).toContain(`lastgood: PostgreSQL at 127.0.0.1:${port} cannot be reached`);
    expect(said).toContain('DATABASE_URL');
    expect(said.split('\n')).toHaveLength(2);
  });

  it('names the server of the flag, where the flag names one', async () => {
    const [port = 0] = await freePorts(1);
    const url = elsewhere((one) => (one.port = `${port}`));
    expect(await refusal({}, '--database-url', url)).toContain(`PostgreSQL at 127.0.0.1:${port} cannot be reached`);
  });

  it('refuses a wrong password and a database that does not exist, without showing the password', async () => {
    const locked = await refusal({ DATABASE_URL: elsewhere((url) => (url.password = 'wrong-secret')) });
    expect(locked).toMatch(/^lastgood: PostgreSQL at \S+ lets nobody in .*user and password in DATABASE_URL\.\n$/);
    expect(locked).not.toContain('wrong-secret');
    const absent = await refusal({ DATABASE_URL: elsewhere((url) => (url.pathname = '/nowhere')) });
    expect(absent).toMatch(/^lastgood: PostgreSQL at \S+ has no such database .*Create it/);
  });

  it('refuses a schema that is behind, says how to bring it up to date, and serves once that was done', async () => {
    const admin = new Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    const name = `behind_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const url = elsewhere((one) => (one.pathname = `/${name}`));
    const said = await refusal({ DATABASE_URL: url });
    expect(said).toMatch(/^lastgood: the database's schema lacks Registry1700000000001, .*Run `lastgood migrate` once/);
    expect(await runLastgood(['migrate'], { env: env({ DATABASE_URL: url }) })).toMatchObject({ code: 0 });
    const server = await startLastgood(['serve', '--port', '0'], { env: env({ DATABASE_URL: url }) });
    expect(await server.end()).toMatchObject({ code: 0 });
    expect(await runLastgood(['migrate', '--undo'], { env: env({ DATABASE_URL: url }) })).toMatchObject({ code: 0 });
    expect(await refusal({ DATABASE_URL: url })).toContain('Run `lastgood migrate` once');
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });

  it('names every setting that it cannot use', async () => {
    const bad = {
      LASTGOOD_SOAK_WINDOW_SECONDS: 'soon',
      LASTGOOD_STORE: 'ftp',
      REDIS_URL: 'localhost',
      LASTGOOD_LOG_LEVEL: 'x',
    };
    const said = await refusal(bad, '--host', '0.0.0.0');
    for (const name of [...Object.keys(bad), '--host', 'LASTGOOD_TOKEN']) expect(said).toContain(name);
  });

  it('says that its port is taken, or that the address is not one of this machine', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const taken = await runLastgood(['serve', '--port', port], { env: env() });
    expect(taken).toMatchObject({ code: 1, stdout: '' });
    expect(taken.stderr).toContain(`lastgood: something listens on 127.0.0.1:${port} already`);
    const token = { LASTGOOD_TOKEN: 'open sesame' };
    expect(await refusal(token, '--host', '192.0.2.1')).toContain('192.0.2.1 is not an address of this machine');
    await server.end();
  });

  it('is one of several: what one moves, the other resolves, watches, and goes on with when that one is killed', async () => {
    const [one, other] = await Promise.all([serve(), serve()]);
    await registerOver(one.url, 'fraud', 4, folder);
    const watch = await openWatch(other.url, { query: { model: 'fraud' } });
    const stream = streamMoves(one.url, 'fraud', ['production', 'eu'], 4);
    await until('some moves are made', () => stream.acknowledged.length > 20);
    await one.end('SIGKILL');
    await stream.stop();
    expect(stream.failures).toEqual([]);
    const newest = Math.max(...stream.acknowledged.map(({ revision }) => revision));
    await watch.reaches(newest);
    const told = new Map(watch.changes().map(({ change }) => [change.revision, change]));
    for (const { alias, version, revision } of stream.acknowledged) {
      expect(told.get(revision)).toMatchObject({ alias, to: version });
    }
    const second = streamMoves(other.url, 'fraud', ['production'], 4);
    await until('the other one moves', () => second.acknowledged.length > 5);
    await second.stop();
    expect(await other.end()).toMatchObject({ code: 0 });
    await until('the watch ended', () => watch.isOver());
  });
});
