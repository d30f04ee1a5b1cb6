import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactCache } from '../../../examples/voice-activity/artifact-cache.js';

const bytes = randomBytes(200_000);
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const artifact = { digest, size: bytes.length };

describe('the artifact cache', () => {
  let folder: string;
  let downloads: number;
  const serving = (answer: Buffer) => {
    const open = async () => {
      downloads++;
      return Readable.from([answer.subarray(0, 70_000), answer.subarray(70_000)]);
    };
    return new ArtifactCache(folder, open);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'artifact-cache-'));
    downloads = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('downloads an artifact once and answers from the disk after that', async () => {
    const cache = serving(bytes);
    const file = await cache.file(artifact);
    expect(await readFile(file)).toEqual(bytes);
    expect(await cache.file(artifact)).toBe(file);
    expect(downloads).toBe(1);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('downloads again when the file on the disk has rotted', async () => {
    const cache = serving(bytes);
    const file = await cache.file(artifact);
    await writeFile(file, Buffer.concat([bytes.subarray(1), Buffer.from([0])]));
    expect(await readFile(await cache.file(artifact))).toEqual(bytes);
    expect(downloads).toBe(2);
  });

  it('keeps nothing of bytes that are not the artifact', async () => {
    await expect(serving(randomBytes(bytes.length)).file(artifact)).rejects.toThrow('size or digest differs');
    await expect(serving(bytes.subarray(0, 90_000)).file(artifact)).rejects.toThrow('size or digest differs');
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps nothing of a download that breaks off', async () => {
    const broken = new ArtifactCache(folder, async () =>
      Readable.from(
        (async function* () {
          yield bytes.subarray(0, 1000);
          throw new Error('connection lost');
        })(),
      ),
    );
    await expect(broken.file(artifact)).rejects.toThrow('connection lost');
    expect(await readdir(folder)).toEqual([]);
  });

  it('two downloads at once end in one whole file', async () => {
    const cache = serving(bytes);
    const files = await Promise.all([cache.file(artifact), cache.file(artifact)]);
    expect(files[0]).toBe(files[1]);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('clears away what a crash left', async () => {
    await writeFile(join(folder, 'sha256-aa.part'), 'half');
    await serving(bytes).prepare();
    expect(await readdir(folder)).toEqual([]);
  });
});
