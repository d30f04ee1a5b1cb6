import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Artifact } from '../../../src/domain/version-record.js';
import { MIB, soon, type Pool } from './pool.js';
import { startSite, type Site } from './site.js';

/** How large a version is, all its files together. CONTRIBUTING.md tells how to run this with several gigabytes. */
const MEBIBYTES = Number(process.env.LASTGOOD_TEST_WEIGHTS_MIB ?? 96);
const FILES = 60;
const SHARED = 50;
const FILE_BYTES = Math.ceil((MEBIBYTES * MIB) / FILES);
const PATIENCE_MS = 60_000 + MEBIBYTES * 300;

describe('versions of many files with a shared base, on three nodes', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  async function plantAll(pool: Pool, from: number, to: number, generation: string): Promise<Artifact[]> {
    const artifacts: Artifact[] = [];
    for (let n = from; n <= to; n++) {
      const path = `model-${String(n).padStart(2, '0')}-of-${FILES}.safetensors`;
      artifacts.push(await pool.plant(path, FILE_BYTES, `${generation} ${n}`));
    }
    return artifacts;
  }

  const sizeOf = (artifacts: readonly Artifact[]): number => artifacts.reduce((sum, { size }) => sum + size, 0);

  it(
    'lie on all of them, and of the next version each fetches only what differs',
    { timeout: 3 * PATIENCE_MS },
    async () => {
      const pool = site.pool('large');
      const nodes = await Promise.all(['a', 'b', 'c'].map((name) => pool.node(name)));
      const watchers = nodes.map((node) => node.watch());
      for (const node of nodes) node.start();
      const patiently = { ...soon, timeout: PATIENCE_MS };
      const base = await plantAll(pool, 1, SHARED, 'base');
      const first = [...base, ...(await plantAll(pool, SHARED + 1, FILES, 'first'))];
      const own = await plantAll(pool, SHARED + 1, FILES, 'second');

      await pool.serve(first);
      await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '3 of 3' }), patiently);
      expect(nodes.map(({ front }) => front.bytes())).toEqual(nodes.map(() => sizeOf(first)));

      await pool.serve([...base, ...own]);
      await vi.waitFor(async () => expect(await pool.resident()).toEqual({ v1: '3 of 3', v2: '3 of 3' }), patiently);
      const counted = nodes.map(({ front }) => front.bytes() - sizeOf(first));
      expect(counted).toEqual(nodes.map(() => sizeOf(own)));
      // The agents say the same, and each file lies there once.
      expect(nodes.map(({ bytesFetched }) => bytesFetched)).toEqual(nodes.map(() => [sizeOf(first), sizeOf(own)]));
      await vi.waitFor(async () => {
        const disks = await Promise.all(nodes.map(({ name }) => site.client.getNode(name)));
        expect(disks.map(({ disk }) => disk.usedBytes)).toEqual(nodes.map(() => sizeOf(first) + sizeOf(own)));
      }, soon);
      for (const watcher of watchers) {
        expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['large/v1', 'large/v2']) });
      }
      const figures = { v1: sizeOf(first), v2: sizeOf(base) + sizeOf(own), shared: sizeOf(base) };
      console.log(JSON.stringify({ ...figures, fetchedForV1: nodes.map(() => sizeOf(first)), fetchedForV2: counted }));
    },
  );
});
