import { mkdtemp, open, rm, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileMark, markedFacts } from '../../src/stores/file-mark.js';

const NOW = new Date('2026-05-04T12:00:00.100Z');

describe('a file that was written just now, by a clock that does not go on', () => {
  let [folder, path] = ['', ''];
  let handle: FileHandle;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    folder = await mkdtemp(join(tmpdir(), 'lastgood-mark-'));
    path = join(folder, 'weights.bin');
    await writeFile(path, 'weights');
    await utimes(path, NOW, NOW);
    handle = await open(path);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await handle.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has a mark once it was not written to for a moment', async () => {
    const found = await handle.stat({ bigint: true });
    expect((await markedFacts(handle, found)).mark).toBe(fileMark(found));
  });

  it('has none while it is written to', async () => {
    const found = await handle.stat({ bigint: true });
    await utimes(path, NOW, new Date(NOW.getTime() + 5));
    const facts = await markedFacts(handle, found);
    expect(facts).toMatchObject({ size: 7 });
    expect(facts.mark).toBeUndefined();
  });
});
