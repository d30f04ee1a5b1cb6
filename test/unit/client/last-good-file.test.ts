import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
import { LastGoodFile } from '../../../src/client/last-good-file.js';
import { sampleResolution } from './samples.js';
import { deadUrl, json, problem, scriptedServer } from './scripted-server.js';
import { event, follow, sse } from './watch-script.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-good-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (text: string): Date => new Date(`2031-05-01T${text}Z`);
const fileIn = (path: string): LastGoodFile => new LastGoodFile(path, 'fraud', 'production');

describe('the last-good file', () => {
  it('gives back what was saved, with its age', async () => {
    const file = fileIn(join(folder, 'made', 'on-the-way'));
    await expect(file.read()).resolves.toBeNull();
    await file.save(sampleResolution(2, 7), at('10:00:00'));
    const kept = await file.read(at('10:02:30'));
    expect(kept).toEqual({ ...sampleResolution(2, 7), source: 'last-good-file', ageSeconds: 150 });
  });

  it('is never replaced by an older revision', async () => {
    await fileIn(folder).save(sampleResolution(2, 7));
    await fileIn(folder).save(sampleResolution(1, 6));
    expect((await fileIn(folder).read())?.version).toBe(2);
  });

  it('is refused when one byte of it changed, and replaced by the next save', async () => {
    const file = fileIn(folder);
    await file.save(sampleResolution(2, 7));
    await writeFile(file.path, (await readFile(file.path, 'utf8')).replace('"version":2', '"version":3'));
    await expect(file.read()).rejects.toThrow(/is damaged and not used: its checksum does not fit. Delete it/);
    await file.save(sampleResolution(2, 7));
    expect((await file.read())?.version).toBe(2);
  });

  it.each(['', 'not json', '{"format":1}\n', '{"format":2,"sha256":"00"}\n{}\n'])(
    'is refused when it is %j',
    async (text) => {
      await writeFile(fileIn(folder).path, text);
      await expect(fileIn(folder).read()).rejects.toThrow('damaged');
    },
  );

  it('keeps a place of its own for each alias, whatever the name, and leaves no drafts', async () => {
    const odd = new LastGoodFile(folder, '../fraud', 'eu');
    await odd.save({ ...sampleResolution(1, 2), model: '../fraud', alias: 'eu' });
    await Promise.all([3, 4, 5].map((revision) => fileIn(folder).save(sampleResolution(1, revision))));
    expect((await readdir(folder)).toSorted()).toEqual(['..%2Ffraud@eu.json', 'fraud@production.json']);
    expect((await odd.read())?.revision).toBe(2);
  });
});

describe('with the registry down', () => {
  it('resolve answers from the file and says so', async () => {
    const server = await scriptedServer((_, response) => json(response, sampleResolution(2, 7), 200, { age: '3' }));
    const up = new LastgoodClient({ url: server.url, lastGoodDir: folder });
    expect(await up.resolve('fraud', 'production')).toMatchObject({ source: 'registry', ageSeconds: 3 });

    const troubles: Error[] = [];
    const onTrouble = (error: Error): number => troubles.push(error);
    const down = new LastgoodClient({ url: await deadUrl(), lastGoodDir: folder, retries: 0, onTrouble });
    expect(await down.resolve('fraud', 'production')).toMatchObject({ version: 2, source: 'last-good-file' });
    expect(troubles).toEqual([expect.objectContaining({ name: 'LastgoodUnreachable' })]);
    await expect(down.resolve('fraud', 'production', { consistency: 'strong' })).rejects.toThrow('refuses connections');
    await expect(down.resolve('fraud', 'staging')).rejects.toThrow('refuses connections');
  });

  it('resolve answers from the file when the registry cannot reach its database, not when it says no', async () => {
    await fileIn(folder).save(sampleResolution(2, 7));
    let code: 'database-unavailable' | 'alias-not-found' = 'database-unavailable';
    const { url } = await scriptedServer((_, response) => problem(response, code));
    const client = new LastgoodClient({ url, lastGoodDir: folder, retries: 0 });
    expect(await client.resolve('fraud', 'production')).toMatchObject({ source: 'last-good-file' });
    code = 'alias-not-found';
    await expect(client.resolve('fraud', 'production')).rejects.toMatchObject({ code });
  });

  it('follow starts from the file, then goes on with the registry and saves what it says', async () => {
    await fileIn(folder).save(sampleResolution(2, 7));
    const { url, requests } = await scriptedServer(({ path }, response) => {
      if (path.endsWith('/resolve')) problem(response, 'shutting-down');
      else sse(response, event('snapshot', 7, 2), event('change', 8, 3));
    });
    const { seen } = await follow({ url, lastGoodDir: folder }, 2);
    expect(seen.map(({ revision, source }) => [revision, source])).toEqual([
      [7, 'last-good-file'],
      [8, 'registry'],
    ]);
    expect((await fileIn(folder).read())?.revision).toBe(8);
    expect(requests[1]?.headers['last-event-id']).toBeUndefined();
  });

  it('a folder that cannot be written is trouble, not a failure', async () => {
    await writeFile(join(folder, 'file'), '');
    const troubles: string[] = [];
    const { url } = await scriptedServer((_, response) => json(response, sampleResolution(2, 7)));
    const options = {
      url,
      lastGoodDir: join(folder, 'file'),
      onTrouble: (error: Error) => troubles.push(error.message),
    };
    expect((await new LastgoodClient(options).resolve('fraud', 'production')).version).toBe(2);
    expect(troubles).toEqual([expect.stringMatching(/last-good file .* cannot be written: E/)]);
  });
});
