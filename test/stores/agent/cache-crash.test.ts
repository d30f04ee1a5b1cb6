import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtProgram, type BuiltProgram } from '../../support/agent/built-program.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { putFiles } from '../../support/agent/put-files.js';
import { NEW_FILES, NEW_VERSION, OLD_FILES, OLD_VERSION, SWAPPED } from '../../support/agent/swapped-versions.js';
import { lookAtModels, watchModels } from '../../support/agent/watch-models.js';

describe('a process that is killed while it makes a version appear and another go', { timeout: 600_000 }, () => {
  let program: BuiltProgram;

  beforeAll(async () => {
    program = await builtProgram('swap-versions');
  });
  afterAll(() => program.remove());

  /** Runs the swap until its Nth change; answers whether it was killed, and what was to be seen all along. */
  async function killedAt(folder: string, nth: number): Promise<{ killed: boolean; wrong: string[] }> {
    const watcher = watchModels(folder, SWAPPED);
    const child = program.start([folder, String(nth)]);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    const { wrong } = await watcher.stop();
    if (signal === null && code !== 0) throw new Error(`the program ended with ${code}`);
    return { killed: signal === 'SIGKILL', wrong };
  }

  it('shows nothing wrong, at whichever step it was killed, and leaves a folder that can be used at once', async () => {
    let deaths = 0;
    for (let nth = 1; ; nth++) {
      const folder = await emptyFolder();
      const before = await openCache(folder);
      await putFiles(before.cache, OLD_VERSION, OLD_FILES);
      await before.cache.close();
      const { killed, wrong } = await killedAt(folder, nth);
      expect(wrong).toEqual([]);

      const { cache, recovered } = await openCache(folder);
      expect(recovered.dropped, `killed at step ${nth}`).toEqual([]);
      expect(recovered.rotten).toEqual([]);
      // What the cache says is there is what is to be seen.
      const { seen } = await lookAtModels(folder, SWAPPED);
      expect(recovered.resident.map(({ version }) => `fraud/v${version}`)).toEqual([...seen].toSorted());
      expect(await readdir(cache.folder.staging())).toEqual([]);

      await putFiles(cache, NEW_VERSION, NEW_FILES);
      await cache.remove(OLD_VERSION);
      const { granted } = await cache.makeRoom([], [NEW_VERSION]);
      expect(granted).toBe(true);
      expect(await lookAtModels(folder, SWAPPED)).toEqual({ wrong: [], seen: new Set(['fraud/v2']) });
      await cache.close();
      if (!killed) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(30);
  });

  it('leaves the folder to the next process, which a living one would not', async () => {
    const folder = await emptyFolder();
    const { cache } = await openCache(folder);
    await putFiles(cache, OLD_VERSION, OLD_FILES);
    const refused = program.start([folder, '0'], { under: ['sh', '-c', 'exec "$@" 2>&1', 'sh'] });
    const said = await refused.stdout?.toArray();
    expect(String(said)).toContain(`Another Lastgood agent (process ${process.pid}) has the cache folder ${folder}`);
    await cache.close();
    expect(await killedAt(folder, 20)).toEqual({ killed: true, wrong: [] });
    expect((await openCache(folder)).recovered.resident).toContainEqual(OLD_VERSION);
  });
});
