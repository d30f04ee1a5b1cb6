import { chmod, chown, lstat, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmbeddedPostgres } from '../../../src/platform/database/embedded/index.js';
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/index.js';
import { isRunning } from '../../../src/platform/files/process-facts.js';
import { logBook, query } from '../../support/pg-query.js';
import { ordinaryUser, startOwner } from '../../support/pg-owner.js';
import { openToAllFolder, testFolder } from '../../support/run-folder.js';

const root = process.getuid?.() === 0;

async function using<T>(dataDir: string, work: (server: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false, log: logBook() });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

describe('the first start of the embedded PostgreSQL', () => {
  it('makes a cluster with one database that only its password opens', async () => {
    const dataDir = await testFolder('first');
    await using(dataDir, async ({ url }) => {
      expect(await query(url, 'SELECT current_database() AS name, current_user AS self')).toEqual([
        { name: 'lastgood', self: 'lastgood' },
      ]);
      const withWrongPassword = new URL(url);
      withWrongPassword.password = 'guess';
      await expect(query(withWrongPassword.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    });
    const password = join(dataDir, 'postgres', 'password');
    expect((await lstat(password)).mode & 0o777).toBe(0o600);
    expect((await lstat(join(dataDir, 'postgres', 'data'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dataDir, 'postgres'))).not.toContainEqual(expect.stringMatching(/^new-/));
  });

  it('listens on the loopback address alone and keeps every commit, unless told otherwise', async () => {
    const server = await startEmbeddedPostgres({ dataDir: await testFolder('durable'), log: logBook() });
    const names = `'listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'full_page_writes', 'max_connections'`;
    const rows = await query(
      server.url,
      `SELECT name, setting FROM pg_settings WHERE name IN (${names}) ORDER BY name`,
    );
    await server.stop();
    expect(rows).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'max_connections', setting: '200' },
      { name: 'synchronous_commit', setting: 'on' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });

  it('writes its own log into the data folder', async () => {
    const dataDir = await testFolder('log');
    await using(dataDir, async () => {});
    expect(await readFile(join(dataDir, 'postgres', 'postgres.log'), 'utf8')).toContain('ready to accept connections');
  });
});

describe('a later start', () => {
  it('finds the data, the password and the port of the first', async () => {
    const dataDir = await testFolder('second');
    const first = await using(dataDir, async ({ url, pid }) => {
      await query(url, 'CREATE TABLE kept AS SELECT 184 AS version');
      return { url, pid };
    });
    expect(await isRunning(first.pid)).toBe(false);
    await using(dataDir, async ({ url }) => {
      expect(url).toBe(first.url);
      expect(await query(url, 'SELECT version FROM kept')).toEqual([{ version: 184 }]);
    });
  });

  it('takes another port where the one of the last start is taken', async () => {
    const dataDir = await testFolder('port');
    const port = await using(dataDir, (server) => Promise.resolve(server.port));
    const occupant = createServer().listen({ port, host: '127.0.0.1' });
    await once(occupant, 'listening');
    await using(dataDir, async (server) => {
      expect(server.port).not.toBe(port);
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
    const demanded = startEmbeddedPostgres({ dataDir, port, durable: false, log: logBook() });
    await expect(demanded).rejects.toThrow(/did not start on port .*Address already in use/s);
    occupant.close();
  });

  it('says which file is missing when the password is lost', async () => {
    const dataDir = await testFolder('lost');
    await using(dataDir, async () => {});
    await rm(join(dataDir, 'postgres', 'password'));
    await expect(using(dataDir, async () => {})).rejects.toThrow(/password file .*postgres\/password is missing/);
  });
});

describe('whoever starts it', () => {
  it('never runs PostgreSQL as root', async () => {
    const dataDir = await testFolder('owner');
    await using(dataDir, async ({ pid }) => {
      const { uid } = await lstat(join(dataDir, 'postgres', 'data'));
      expect(uid).not.toBe(0);
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => `Uid:\t${uid}\t${uid}\t`);
      expect(status).toContain(`Uid:\t${uid}\t${uid}\t`);
    });
  });

  it('runs below a folder that only its owner may enter, as /root is', async () => {
    const closed = await testFolder('closed');
    await chmod(closed, 0o700);
    await using(join(closed, 'data'), async ({ url }) => {
      await query(url, 'CREATE TABLE t AS SELECT generate_series(1, 10000) AS n');
      await query(url, 'CHECKPOINT');
      expect(await query(url, 'SELECT count(*)::int AS n FROM t')).toEqual([{ n: 10_000 }]);
    });
  });

  it('runs as an ordinary user with nothing of root', async () => {
    const dataDir = await openToAllFolder('user');
    const who = root ? await ordinaryUser() : ({ kind: 'self' } as const);
    if (who.kind === 'other') await chown(dataDir, who.uid, who.gid);
    const owner = await startOwner(dataDir, who);
    const { url = '', uid, refused } = (await owner.line()) ?? {};
    expect(refused).toBeUndefined();
    expect(uid).not.toBe(0);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await lstat(join(dataDir, 'postgres', 'data'))).uid).toBe(uid);
    await owner.end('SIGTERM');
    // The same person with sudo, and then without it again: nothing that root did may lock them out.
    await using(dataDir, async (server) => expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]));
    const again = await startOwner(dataDir, who);
    expect(await again.line()).toMatchObject({ uid });
    await again.end('SIGTERM');
  });

  it('says so where the data folder cannot be used', async () => {
    const file = join(await testFolder('file'), 'file');
    await writeFile(file, '');
    const start = startEmbeddedPostgres({ dataDir: join(file, 'data'), durable: false, log: logBook() });
    await expect(start).rejects.toThrow(/data folder .*file\/data cannot be used \(ENOTDIR.*\): choose another one/);
  });
});
