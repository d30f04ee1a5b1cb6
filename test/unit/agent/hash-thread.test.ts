import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HashThread } from '../../../src/agent/download/hash-thread.js';
import { digestOf } from '../../../src/domain/digest.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';

async function fileOf(bytes: Uint8Array) {
  const path = join(await emptyFolder(), 'file');
  await writeFile(path, bytes);
  const handle = await open(path, 'r');
  const thread = new HashThread();
  onTestFinished(async () => {
    await thread.close();
    await handle.close();
  });
  return { thread, fd: handle.fd };
}

describe('the thread that hashes', () => {
  it('takes a file as it grows, in steps of any size', async () => {
    const bytes = Buffer.alloc(40_000_000, 'weights and biases');
    const { thread, fd } = await fileOf(bytes);
    const job = thread.start(fd);
    for (const front of [1, 100, 1, 1_000_000, 33_000_000]) job.advance(front);
    expect(await job.digest(bytes.length)).toBe(digestOf(bytes));
    await job.forget();
  });

  it('takes several files at once, and an empty one', async () => {
    const bytes = Buffer.alloc(20_000_000, 'one');
    const { thread, fd } = await fileOf(bytes);
    const jobs = [bytes.length, 5, 0, 17_000_000].map((size) => thread.start(fd).digest(size));
    const expected = [bytes.length, 5, 0, 17_000_000].map((size) => digestOf(bytes.subarray(0, size)));
    expect(await Promise.all(jobs)).toEqual(expected);
  });

  it('says when the file is shorter than it was told', async () => {
    const { thread, fd } = await fileOf(Buffer.from('short'));
    await expect(thread.start(fd).digest(6)).rejects.toThrow('the file ends at byte 5, in front of 6');
  });

  it('lets go of a file that is given up, at whatever moment', async () => {
    const { thread, fd } = await fileOf(Buffer.alloc(60_000_000));
    const unbegun = thread.start(fd);
    await unbegun.forget();
    const begun = thread.start(fd);
    begun.advance(60_000_000);
    await begun.forget();
    expect(await thread.start(fd).digest(1)).toBe(digestOf(Buffer.alloc(1)));
  });

  it('fails what it was doing when it ends, and begins anew for the next', async () => {
    const { thread, fd } = await fileOf(Buffer.alloc(60_000_000));
    const lost = thread.start(fd).digest(60_000_000);
    await thread.close();
    await expect(lost).rejects.toThrow('its thread ended');
    expect(await thread.start(fd).digest(1)).toBe(digestOf(Buffer.alloc(1)));
  });
});
