import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CacheFolder } from '../../../src/agent/cache/cache-folder.js';
import { agentId } from '../../../src/agent/loop/agent-id.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';

async function cacheFolder(): Promise<CacheFolder> {
  const folder = new CacheFolder(await emptyFolder());
  await folder.make();
  return folder;
}

describe('the id of an agent', () => {
  it('is made once for a cache folder', async () => {
    const [folder, other] = [await cacheFolder(), await cacheFolder()];
    const id = await agentId(folder);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await agentId(folder)).toBe(id);
    expect(await agentId(other)).not.toBe(id);
  });

  it('is another in a copy of the folder, and the same in the original', async () => {
    const folder = await cacheFolder();
    const id = await agentId(folder);
    const copy = new CacheFolder(await emptyFolder());
    await cp(folder.root, copy.root, { recursive: true });
    const other = await agentId(copy);
    expect(other).not.toBe(id);
    expect([await agentId(folder), await agentId(copy)]).toEqual([id, other]);
  });

  it('is made anew where its file says nothing', async () => {
    const folder = await cacheFolder();
    await writeFile(join(folder.root, 'agent-id'), 'no id\n');
    const id = await agentId(folder);
    expect((await readFile(join(folder.root, 'agent-id'), 'utf8')).split('\n')[0]).toBe(id);
    expect(await agentId(folder)).toBe(id);
  });
});
