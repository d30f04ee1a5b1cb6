import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parseDigest } from '../../src/domain/digest.js';
import { fileStoreUnderTest } from './file-store-under-test.js';
import { s3StoreUnderTest } from './s3-store-under-test.js';
import type { StoreUnderTest } from './store-under-test.js';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

describe('a process that is killed one byte before the end of an upload', () => {
  let program: string;

  beforeAll(async () => {
    await mkdir(join(checkout, '.test'), { recursive: true });
    program = await mkdtemp(join(checkout, '.test', 'upload-'));
    const entry = join(checkout, 'test/stores/unfinished-upload.ts');
    const output = { ssr: entry, outDir: program, target: 'node20', emptyOutDir: true };
    await build({ configFile: false, root: checkout, logLevel: 'error', build: output });
  });
  afterAll(() => rm(program, { recursive: true, force: true }));

  /** Kills an upload once bytes have come to the store; answers what can be seen and how much is left of it. */
  async function killedUpload(at: StoreUnderTest, args: string[]): Promise<{ seen: string; leftovers: number }> {
    const command = [join(program, 'unfinished-upload.js'), ...args];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    try {
      const [printed] = (await once(child.stdout, 'data')).map(String);
      const digest = parseDigest(printed?.trim());
      if (digest === null) throw new Error(`the upload printed ${printed}`);
      await vi.waitFor(async () => expect(await at.leftovers()).toHaveLength(1), { timeout: 60_000 });
      child.kill('SIGKILL');
      await exit;
      const { state } = await at.store.stat(at.store.uriOf(digest));
      return { seen: state, leftovers: (await at.leftovers()).length };
    } finally {
      child.kill('SIGKILL');
      await at.close();
    }
  }

  it('leaves nothing visible in a folder', async () => {
    const at = await fileStoreUnderTest();
    expect(await killedUpload(at, ['file', at.folder])).toEqual({ seen: 'missing', leftovers: 1 });
  });

  it('leaves nothing visible in a bucket', async () => {
    const at = await s3StoreUnderTest();
    const { endpoint, keys, bucket } = inject('s3');
    const args = ['s3', bucket, at.prefix, endpoint, keys.accessKeyId, keys.secretAccessKey];
    expect(await killedUpload(at, args)).toEqual({ seen: 'missing', leftovers: 1 });
  });
});
