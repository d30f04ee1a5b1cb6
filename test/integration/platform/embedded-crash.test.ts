import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/index.js';
import { isRunning } from '../../../src/platform/files/process-facts.js';
import { spawnAs, waysToRun } from '../../../src/platform/database/embedded/run-as.js';
import { startOwner } from '../../support/pg-owner.js';
import { logBook, query } from '../../support/pg-query.js';
import { testFolder } from '../../support/run-folder.js';

const inFolder = async (folder: string, start: string): Promise<string | undefined> =>
  (await readdir(folder).catch(() => [])).find((name) => name.startsWith(start));

describe('after its parent was killed', () => {
  it('starts again with every committed row and leaves no second server', async () => {
    const dataDir = await testFolder('killed');
    const owner = await startOwner(dataDir);
    const { url = '', pid = 0 } = (await owner.line()) ?? {};
    await query(url, 'CREATE TABLE kept AS SELECT 184 AS version');
    await owner.end('SIGKILL');
    expect(await isRunning(pid)).toBe(true);

    const log = logBook();
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await isRunning(pid)).toBe(false);
    expect(log.lines).toContain(`warn: Ended PostgreSQL (process ${pid}), which an earlier run had left behind`);
    expect(server.url).toBe(url);
    expect(await query(server.url, 'SELECT version FROM kept')).toEqual([{ version: 184 }]);
    await server.stop();
    expect(await isRunning(server.pid)).toBe(false);
  });

  it('starts again when parent and server were both killed', async () => {
    const dataDir = await testFolder('both');
    const owner = await startOwner(dataDir);
    const { url = '', pid = 0 } = (await owner.line()) ?? {};
    await query(url, 'CREATE TABLE kept AS SELECT 184 AS version');
    process.kill(pid, 'SIGKILL');
    await owner.end('SIGKILL');

    const server = await startEmbeddedPostgres({ dataDir, log: logBook() });
    expect(await query(server.url, 'SELECT version FROM kept')).toEqual([{ version: 184 }]);
    await server.stop();
  });

  it('makes the cluster anew when that happened in the middle of making it', async () => {
    const dataDir = await testFolder('halfway');
    const folder = join(dataDir, 'postgres');
    const owner = await startOwner(dataDir);
    let unfinished: string | undefined;
    while (
      (unfinished = await inFolder(folder, 'new-')) === undefined ||
      !(await inFolder(join(folder, unfinished), 'data'))
    ) {
      await sleep(2);
    }
    await owner.end('SIGKILL');
    expect(await inFolder(folder, 'data')).toBeUndefined();

    const server = await startEmbeddedPostgres({ dataDir, durable: false, log: logBook() });
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(await inFolder(folder, unfinished)).toBeUndefined();
  });

  it('is not misled by a process that took the number of the dead server', async () => {
    const dataDir = await testFolder('reused');
    const first = await startEmbeddedPostgres({ dataDir, durable: false, log: logBook() });
    await first.stop();
    const cluster = join(dataDir, 'postgres', 'data');
    const { uid, gid } = await lstat(cluster);
    const [who = { kind: 'self' } as const] = waysToRun({ uid, gid });
    const stranger: ChildProcess = spawnAs(who, 'sleep', ['600'], { stdio: 'ignore' });
    await once(stranger, 'spawn');
    await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n1\n\n127.0.0.1\n\nready   \n`);

    const second = await startEmbeddedPostgres({ dataDir, durable: false, log: logBook() });
    await second.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });
});

describe('two owners of one data folder', () => {
  it('are refused while the first lives, and the first goes on', async () => {
    const dataDir = await testFolder('two');
    const first = await startOwner(dataDir);
    const { url = '' } = (await first.line()) ?? {};
    const start = startEmbeddedPostgres({ dataDir, log: logBook() });
    await expect(start).rejects.toThrow(`Another Lastgood (process ${first.pid}) is running on this data folder`);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.end('SIGTERM');

    const second = await startEmbeddedPostgres({ dataDir, log: logBook() });
    const third = await startOwner(dataDir);
    expect((await third.line())?.refused).toContain(`(process ${process.pid})`);
    await second.stop();
  });
});

describe('when the server dies', () => {
  it('tells its owner why and where to look', async () => {
    const dataDir = await testFolder('dies');
    const log = logBook();
    const reasons: string[] = [];
    const told = new Promise<void>((resolve) => {
      const onExit = (reason: string): void => {
        reasons.push(reason);
        resolve();
      };
      void startEmbeddedPostgres({ dataDir, durable: false, log, onExit }).then(({ pid }) =>
        process.kill(pid, 'SIGKILL'),
      );
    });
    await told;
    const file = join(dataDir, 'postgres', 'postgres.log');
    expect(reasons).toEqual([`PostgreSQL was ended by SIGKILL; its log is ${file}`]);
    expect(log.lines).toContain(`error: ${reasons[0]}`);
    expect(await readFile(file, 'utf8')).toContain('ready to accept connections');
  });

  it('can be stopped and started again, by the same process', async () => {
    const dataDir = await testFolder('again');
    const first = await startEmbeddedPostgres({ dataDir, log: logBook() });
    await query(first.url, 'CREATE TABLE kept AS SELECT 184 AS version');
    process.kill(first.pid, 'SIGKILL');
    await Promise.all([first.stop(), first.stop()]);
    const second = await startEmbeddedPostgres({ dataDir, log: logBook() });
    expect(await query(second.url, 'SELECT version FROM kept')).toEqual([{ version: 184 }]);
    await second.stop();
  });
});
