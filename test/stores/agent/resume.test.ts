import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { VersionResult } from '../../../src/agent/download/index.js';
import { bytesIn, rangesIn } from '../../../src/agent/download/ranges.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { builtProgram, type BuiltProgram } from '../../support/agent/built-program.js';
import type { FetchTask } from '../../support/agent/fetch-version.js';
import { watchModels } from '../../support/agent/watch-models.js';
import { freshBytes } from '../sample-bytes.js';
import { MIB, startNode, type Node } from './node.js';

const SIZE = 24 * MIB;
const patient = { timeout: 120_000 };

describe('a node agent that is killed', { timeout: 300_000 }, () => {
  let program: BuiltProgram;

  beforeAll(async () => {
    program = await builtProgram('fetch-version');
  });
  afterAll(() => program.remove());

  function start(node: Node, artifact: Artifact, under: readonly string[] = []): ChildProcess {
    const { keys, bucket } = inject('s3');
    const s3 = { bucket, endpoint: node.front.endpoint, credentials: keys, limits: { attempts: 1 } };
    const task: FetchTask = { folder: node.folder, s3, artifacts: [artifact], partBytes: 2 * MIB };
    return program.start([JSON.stringify(task)], { under });
  }

  async function resultOf(child: ChildProcess): Promise<VersionResult & { peakMiB: number }> {
    const printed = await child.stdout?.toArray();
    return JSON.parse(String(printed)) as VersionResult & { peakMiB: number };
  }

  it('in the middle of a download goes on from what its journal says, and counts no byte twice', async () => {
    const node = await startNode();
    await node.cache.close();
    const file = await node.plant('model.bin', freshBytes(SIZE));
    const watcher = watchModels(node.folder, { 'fraud/v1': { 'model.bin': file.digest as `sha256:${string}` } });
    const journal = join(node.cache.folder.partial(), file.digest.slice('sha256:'.length), 'journal.json');
    const noted = async (): Promise<number> => {
      const { ranges } = JSON.parse(await readFile(journal, 'utf8').catch(() => '{}')) as { ranges?: unknown };
      return bytesIn(rangesIn(ranges, SIZE) ?? []);
    };
    let before = 0;
    for (const stallAfter of [8 * MIB, 14 * MIB]) {
      node.front.stallAfter = stallAfter;
      const child = start(node, file);
      await vi.waitUntil(async () => (await noted()) > before, patient);
      child.kill('SIGKILL');
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      await node.front.settled();
      before = await noted();
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(SIZE);
    }
    node.front.stallAfter = Infinity;
    const sent = node.front.bytes();
    const result = await resultOf(start(node, file));
    expect(result).toMatchObject({ state: 'resident', bytesFetched: SIZE - before });
    expect(node.front.bytes() - sent).toBe(SIZE - before);
    expect(await watcher.stop()).toEqual({ wrong: [], seen: new Set(['fraud/v1']) });
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
  });

  it('in the middle of a tree has the large files that had come, whose digests nobody else knows', async () => {
    const node = await startNode();
    await node.cache.close();
    const sizes = { 'a.bin': 65 * MIB, 'b.bin': 3 * MIB };
    const files = Object.entries(sizes).map(([name, size]) => [name, freshBytes(size)]);
    const tree = await node.plantTree('weights', Object.fromEntries(files) as Record<string, Uint8Array>);
    const never = new Promise<null>(() => undefined);
    node.front.fault = (key) => (key.endsWith('b.bin') ? never : null);
    const child = start(node, tree);
    const holding = node.cache.folder.holding({ model: 'fraud', version: 1 });
    await vi.waitUntil(
      async () => (await readFile(holding, 'utf8').catch(() => '')).includes('weights/a.bin'),
      patient,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    node.front.fault = () => null;
    expect(await resultOf(start(node, tree))).toMatchObject({ state: 'resident', bytesFetched: sizes['b.bin'] });
  });

  it('and whose unfinished bytes were changed meanwhile finds that out, and fetches them all', async () => {
    const node = await startNode();
    await node.cache.close();
    const file = await node.plant('model.bin', freshBytes(SIZE));
    const partial = join(node.cache.folder.partial(), file.digest.slice('sha256:'.length));
    node.front.stallAfter = 8 * MIB;
    const child = start(node, file);
    await vi.waitUntil(() => readFile(join(partial, 'journal.json')).catch(() => null), patient);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await node.front.settled();
    const handle = await open(join(partial, 'bytes'), 'r+');
    const { ranges } = JSON.parse(await readFile(join(partial, 'journal.json'), 'utf8')) as {
      ranges: { start: number }[];
    };
    await handle.write(Buffer.from('not what came'), 0, 13, ranges[0]?.start ?? 0);
    await handle.close();
    node.front.stallAfter = Infinity;
    const result = await resultOf(start(node, file));
    expect(result.state).toBe('resident');
    expect(result.bytesFetched).toBeGreaterThan(SIZE);
  });

  it('may write no file so large: it says that, and leaves nothing', async () => {
    const node = await startNode();
    await node.cache.close();
    const file = await node.plant('model.bin', freshBytes(SIZE));
    const result = await resultOf(start(node, file, ['prlimit', `--fsize=${4 * MIB}`]));
    expect(result).toMatchObject({ state: 'failed', code: 'disk-full' });
    expect(await readdir(node.cache.folder.partial())).toEqual([]);
    expect(await readdir(node.cache.folder.models())).toEqual([]);
  });

  it('holds no more memory for a larger file', async () => {
    const node = await startNode();
    await node.cache.close();
    const file = await node.plant('model.bin', freshBytes(200 * MIB));
    const result = await resultOf(start(node, file));
    expect(result.state).toBe('resident');
    expect(result.peakMiB).toBeLessThan(300);
  });
});
