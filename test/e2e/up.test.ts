import { Agent, get } from 'node:http';
import { access, readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { registerOver, streamMoves } from '../support/load-moves.js';
import { embeddedPid } from '../support/load-up.js';
import { runLastgood, spawnLastgood, startLastgood } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { openToAllFolder } from '../support/run-folder.js';
import { openWatch } from '../support/sse.js';

/** Whether the connection stands and nothing that was written to it is left here. */
const isSent = (sockets: Socket[] = []): boolean =>
  sockets.some((socket) => !socket.connecting && socket.bytesWritten > 0 && socket.writableLength === 0);

const args = (folder: string, ...more: string[]) => ['up', '--port', '0', '--data', folder, ...more];

describe('lastgood up', () => {
  it('says first where it listens, then what a newcomer needs, and logs on stderr alone', async () => {
    const folder = await openToAllFolder('up');
    const server = await startLastgood(args(folder));
    const [first, ...rest] = server.stdout().trimEnd().split('\n');
    expect(first).toBe(`listening on ${server.url}`);
    const said = rest.join('\n');
    for (const part of [`${server.url}/docs`, folder, `LASTGOOD_URL=${server.url}`, 'Ctrl-C', `kill ${server.pid}`]) {
      expect(said).toContain(part);
    }
    const logged = server.stderr().trimEnd().split('\n');
    for (const line of logged) expect(JSON.parse(line)).toMatchObject({ level: 30, msg: expect.any(String) });
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
    expect(await server.end()).toMatchObject({ code: 0, stdout: `${first}\n${said}\n` });
  });

  it('refuses a folder that another one runs on, and does it no harm', async () => {
    const folder = await openToAllFolder('up-twice');
    const server = await startLastgood(args(folder));
    const second = await runLastgood(args(folder));
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(
      `lastgood: Another Lastgood (process ${server.pid}) is running on this data folder`,
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await registerOver(server.url, 'fraud', 1, folder);
    expect(await server.end()).toMatchObject({ code: 0 });
  });

  it('says that its port is taken, and leaves nothing running', async () => {
    const [one, other] = [await openToAllFolder('up-port-1'), await openToAllFolder('up-port-2')];
    const server = await startLastgood(args(one));
    const { port } = new URL(server.url);
    const second = await runLastgood(['up', '--port', port, '--data', other]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`lastgood: something listens on 127.0.0.1:${port} already`);
    expect(second.stderr).toContain('--port');
    expect(await embeddedPid(other)).toBeUndefined();
    await server.end();
  });

  it('answers what is under way when it is told to end, ends with 0, and finds all of it again', async () => {
    const folder = await openToAllFolder('up-drain');
    const server = await startLastgood(args(folder));
    await registerOver(server.url, 'fraud', 4, folder);
    const stream = streamMoves(server.url, 'fraud', ['production', 'eu'], 4);
    await until('production is there', () => stream.acknowledged.some(({ alias }) => alias === 'production'));
    const watch = await openWatch(server.url);
    const agent = new Agent({ keepAlive: true });
    const waiting = new Promise((resolve) => {
      const url = `${server.url}/v1/models/fraud/aliases/production/resolve?revision=999999&wait=300s`;
      get(url, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode)));
    });
    // What came to the server before a request that is answered is with it by then.
    await until('it has the question', async () => Object.values(agent.sockets).some((sockets) => isSent(sockets)));
    await fetch(`${server.url}/readyz`);
    const end = await server.end();
    await stream.stop();
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(await waiting).toBe(200);
    expect(stream.failures).toEqual([]);
    await until('the watch ended', () => watch.isOver());
    expect(await embeddedPid(folder)).toBeUndefined();

    const again = await startLastgood(args(folder));
    const newest = stream.acknowledged.filter(({ alias }) => alias === 'eu').at(-1);
    const resolved = await (await fetch(`${again.url}/v1/models/fraud/aliases/eu/resolve`)).json();
    expect(resolved).toMatchObject({ version: newest?.version, revision: newest?.revision });
    await again.end();
    agent.destroy();
  });

  it('can be ended while it still starts, and leaves nothing running', async () => {
    const folder = await openToAllFolder('up-early');
    for (const [signal, ms] of [
      ['SIGTERM', 900],
      ['SIGINT', 1200],
      ['SIGTERM', 1500],
      ['SIGTERM', 1800],
    ] as const) {
      const server = spawnLastgood(args(folder));
      await sleep(ms);
      const { code, signal: by } = await server.end(signal);
      // Before it has loaded there is nothing to stop, and the signal itself ends it.
      expect(code ?? by).toSatisfy((end: unknown) => end === 0 || end === signal);
      await until('PostgreSQL is gone', async () => (await embeddedPid(folder)) === undefined);
    }
  });

  it('uses the database of DATABASE_URL, prepares it, and runs no other', async () => {
    const folder = await openToAllFolder('up-external');
    const database = await createTestDatabase();
    const server = await startLastgood(args(folder), { env: { DATABASE_URL: database.url } });
    await registerOver(server.url, 'fraud', 1, folder);
    await expect(access(join(folder, 'postgres'))).rejects.toThrow('ENOENT');
    expect(server.stdout()).toContain('PostgreSQL of DATABASE_URL');
    await server.end();
    await database.drop();
  });

  it('leaves the token that it needs in the data folder, for this user alone', async () => {
    const folder = await openToAllFolder('up-token');
    const server = await startLastgood(args(folder, '--host', '0.0.0.0'), { env: { LASTGOOD_TOKEN: 'open sesame' } });
    const file = join(folder, 'admin.token');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const token = (await readFile(file, 'utf8')).trim();
    const url = `${server.url.replace('0.0.0.0', '127.0.0.1')}/v1/models`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect(server.stdout()).toContain(file);
    expect(server.stdout() + server.stderr()).not.toContain('open sesame');
    await server.end();
  });
});
