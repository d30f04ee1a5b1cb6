import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NodeCache } from '../../../src/agent/cache/index.js';
import { LastgoodClient } from '../../../src/client/index.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { notedBelow } from '../../support/agent/kept-bytes.js';
import { putFiles } from '../../support/agent/put-files.js';
import { startS3Front } from '../../support/agent/s3-front.js';
import { runLastgood, spawnLastgood, startLastgood, type ListeningProcess } from '../../support/processes.js';
import { testFolder } from '../../support/run-folder.js';
import { freshBytes } from '../../stores/sample-bytes.js';
import { plantedObjects, type PlantedObjects } from './planted-objects.js';

const MIB = 1024 * 1024;
const big = freshBytes(40 * MIB);
const small = freshBytes(1000);

describe('lastgood pull', () => {
  let objects: PlantedObjects;
  let server: ListeningProcess;
  let artifacts: Artifact[];

  beforeAll(async () => {
    objects = await plantedObjects();
    artifacts = [await objects.put('weights/big.bin', big), await objects.put('config.json', small)];
    const data = await testFolder('pull-server');
    server = await startLastgood(['up', '--port', '0', '--data', data], { env: objects.env() });
    const client = new LastgoodClient({ url: server.url });
    await client.registerVersion('fraud', { artifacts, createModel: true });
    await client.promote('fraud', 'production', { version: 1, reason: 'the first one' });
  });
  afterAll(() => objects.close());

  const environment = (more: Record<string, string> = {}) => ({
    ...objects.env(),
    LASTGOOD_URL: server.url,
    ...more,
  });
  const events = (stdout: string): Record<string, unknown>[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  async function expectVersion(folder: string): Promise<void> {
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
      'config.json',
      'weights',
      'weights/big.bin',
    ]);
    expect((await readFile(join(folder, 'weights/big.bin'))).equals(big)).toBe(true);
    expect((await readFile(join(folder, 'config.json'))).equals(small)).toBe(true);
  }

  it('makes a folder of what an alias means, tells how in JSON lines, and finds it right the next time', async () => {
    const top = await emptyFolder();
    const folder = join(top, 'model');
    const lastGood = join(top, 'kept');
    const env = environment({ LASTGOOD_LAST_GOOD: lastGood });
    const first = await runLastgood(['pull', 'fraud@production', folder], { env });
    expect(first.code).toBe(0);
    await expectVersion(folder);
    expect(await readdir(top)).toEqual(['kept', 'model']);
    const told = events(first.stdout);
    expect(told[0]).toMatchObject({ event: 'resolved', model: 'fraud', version: 1, source: 'registry' });
    expect(told.at(-1)).toMatchObject({ event: 'done', from: 'store', bytesFetched: 40 * MIB + 1000 });
    expect(told.some(({ event, state }) => event === 'progress' && state === 'downloading')).toBe(true);
    const again = await runLastgood(['pull', 'fraud', folder], { env });
    expect([again.code, events(again.stdout).at(-1)]).toMatchObject([
      0,
      { event: 'done', from: 'folder', bytesFetched: 0 },
    ]);
    // The registry is away now, and what it said last is not.
    const away = { ...env, LASTGOOD_URL: 'http://127.0.0.1:9' };
    const late = await runLastgood(['pull', 'fraud@production', join(top, 'late')], { env: away });
    expect(late.code).toBe(0);
    expect(events(late.stdout)[0]).toMatchObject({
      source: 'last-good-file',
      ageSeconds: expect.any(Number) as number,
    });
    await expectVersion(join(top, 'late'));
  });

  it('takes the files from the cache of the node where it has them, and not where they are damaged', async () => {
    const top = await emptyFolder();
    const cache = join(top, 'cache');
    const opened = await NodeCache.open(cache, { limits: { budget: null, floor: 0 } });
    await putFiles(opened.cache, { model: 'fraud', version: 1 }, { 'weights/big.bin': big, 'config.json': small });
    const view = opened.cache.viewOf({ model: 'fraud', version: 1 });
    // It stays open, as that of a running agent is; and neither registry nor store can be asked.
    const env = environment({ LASTGOOD_URL: 'http://127.0.0.1:9', S3_ENDPOINT: 'http://127.0.0.1:9' });
    const from = join(top, 'from-cache');
    const pulled = await runLastgood(['pull', 'fraud@v1', from, '--cache', cache], { env });
    expect([pulled.code, events(pulled.stdout).at(-1)]).toMatchObject([0, { from: 'cache' }]);
    await expectVersion(from);
    expect((await stat(join(from, 'config.json'))).ino).toBe((await stat(join(view, 'config.json'))).ino);
    await writeFile(join(view, 'config.json'), 'rot', { flag: 'r+' });
    const other = await runLastgood(['pull', 'fraud@v1', join(top, 'other'), '--cache', cache], { env: environment() });
    expect([other.code, events(other.stdout).at(-1)]).toMatchObject([0, { from: 'store' }]);
    expect(other.stdout).toContain('config.json has other bytes');
    await expectVersion(join(top, 'other'));
    await opened.cache.close();
  });

  it('goes on after a kill where it was, and leaves nothing that looks whole before it is', async () => {
    const folder = join(await emptyFolder(), 'model');
    const front = await startS3Front(objects.server.endpoint);
    front.stallAfter = 36 * MIB;
    const env = environment({ S3_ENDPOINT: front.endpoint });
    const args = ['pull', 'fraud@v1', folder, '--parts', '1'];
    const killed = spawnLastgood(args, { env });
    await vi.waitUntil(() => front.bytes() >= 36 * MIB, { timeout: 120_000 });
    // What counts after a kill is what was written down by then; that happens about once a second.
    await vi.waitUntil(async () => (await notedBelow(dirname(folder))) >= 16 * MIB, { timeout: 120_000 });
    await killed.end('SIGKILL');
    await front.settled();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    front.stallAfter = Infinity;
    const sent = front.bytes();
    const again = await runLastgood(args, { env });
    expect(again.code).toBe(0);
    await expectVersion(folder);
    expect(front.bytes() - sent).toBeLessThan(41 * MIB - 16 * MIB);
  });

  it('refuses a folder that holds something else, and bytes that are not the version’s', async () => {
    const top = await emptyFolder();
    const taken = join(top, 'taken');
    await mkdir(taken);
    await writeFile(join(taken, 'mine.txt'), 'mine');
    const refused = await runLastgood(['pull', 'fraud', taken], { env: environment() });
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('holds something else')]);
    expect(await readdir(taken)).toEqual(['mine.txt']);
    const front = await startS3Front(objects.server.endpoint);
    front.fault = (key) => (key.endsWith('config.json') ? { spoilAt: 7 } : null);
    const wrong = await runLastgood(['pull', 'fraud', join(top, 'wrong')], {
      env: environment({ S3_ENDPOINT: front.endpoint }),
    });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('config.json')]);
    await expect(stat(join(top, 'wrong'))).rejects.toThrow('ENOENT');
    const unknown = await runLastgood(['pull', 'fraud@v7', join(top, 'none')], { env: environment() });
    expect(unknown.code).toBe(4);
    const misspelt = await runLastgood(['pull', 'Fraud!', join(top, 'none')], { env: environment() });
    expect(misspelt.code).toBe(2);
  });
});
