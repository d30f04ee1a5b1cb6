import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { startS3Front, type S3Front } from '../../support/agent/s3-front.js';
import { spawnLastgood, startLastgood, type ListeningProcess, type ProductProcess } from '../../support/processes.js';
import { testFolder } from '../../support/run-folder.js';
import { freshBytes } from '../../stores/sample-bytes.js';
import { plantedObjects, type PlantedObjects } from './planted-objects.js';

const MIB = 1024 * 1024;
const soon = { timeout: 240_000, interval: 100 };

describe('lastgood agent on three nodes, with a real registry and a real store', () => {
  let objects: PlantedObjects;
  let server: ListeningProcess;
  let client: LastgoodClient;

  beforeAll(async () => {
    objects = await plantedObjects();
    const data = await testFolder('agent-server');
    const env = { ...objects.env(), LASTGOOD_NODE_LEASE_SECONDS: '120' };
    server = await startLastgood(['up', '--port', '0', '--data', data], { env });
    client = new LastgoodClient({ url: server.url });
  });
  afterAll(() => objects.close());

  function agent(name: string, cache: string, front: S3Front): ProductProcess {
    const env = { ...objects.env(front.endpoint), LASTGOOD_URL: server.url, LASTGOOD_AGENT_RENEW_SECONDS: '1' };
    const flags = ['--name', name, '--cache', cache, '--floor', '0', '--budget', '1GB', '--runtime', 'none'];
    return spawnLastgood(['agent', ...flags, '--label', 'pool=a', '--label', `rack=${name}`], { env });
  }

  async function serve(version: number, artifacts: Artifact[]): Promise<void> {
    const serving = { pool: { pool: 'a' } };
    await client.registerVersion('fraud', { artifacts, serving, createModel: true });
    await client.promote('fraud', 'production', { version, reason: `v${version} is better` });
  }

  /** How many nodes have each version that may be needed. */
  async function resident(): Promise<Record<string, number>> {
    const { versions } = await client.modelResidency('fraud');
    return Object.fromEntries(versions.map((one) => [`v${one.version} of ${one.wanted}`, one.resident]));
  }

  it('has live version and rollback target everywhere, fetches what differs, and survives kill, twin and stop', async () => {
    const names = ['a', 'b', 'c'];
    const fronts = await Promise.all(names.map(() => startS3Front(objects.server.endpoint)));
    const folders = await Promise.all(names.map(() => emptyFolder()));
    const agents = names.map((name, index) => agent(name, folders[index] ?? '', fronts[index] as S3Front));
    const base = await Promise.all([1, 2].map((n) => objects.put(`base-${n}.bin`, freshBytes(8 * MIB))));
    await serve(1, [...base, await objects.put('head.bin', freshBytes(MIB))]);
    await vi.waitFor(async () => expect(await resident()).toEqual({ 'v1 of 3': 3 }), soon);
    expect(fronts.map((front) => front.bytes())).toEqual([17 * MIB, 17 * MIB, 17 * MIB]);

    await serve(2, [...base, await objects.put('head.bin', freshBytes(2 * MIB))]);
    await vi.waitFor(async () => expect(await resident()).toEqual({ 'v1 of 3': 3, 'v2 of 3': 3 }), soon);
    expect(fronts.map((front) => front.bytes())).toEqual([19 * MIB, 19 * MIB, 19 * MIB]);

    // One is killed in the middle of the next version.
    const [front, folder = '', killed] = [fronts[2] as S3Front, folders[2], agents[2]];
    front.stallAfter = 19 * MIB + 36 * MIB;
    await serve(3, [...base, await objects.put('head.bin', freshBytes(40 * MIB))]);
    await vi.waitUntil(() => front.bytes() >= 54 * MIB, soon);
    await killed?.end('SIGKILL');
    await front.settled();
    expect((await readdir(join(folder, 'models/fraud'))).toSorted()).toEqual(['v1', 'v2']);
    front.stallAfter = Infinity;
    const again = agent('c', folder, front);
    // A twin with a cache of its own is kept out, and fetches nothing.
    const twinFront = await startS3Front(objects.server.endpoint);
    await vi.waitUntil(() => again.stderr().includes('knows this node as c'), soon);
    const twin = agent('c', await emptyFolder(), twinFront);
    await vi.waitUntil(() => twin.stderr().includes('another agent reports as c'), soon);
    await vi.waitFor(
      async () =>
        expect((await client.getNode('c')).residency.map(({ version, state }) => [version, state])).toContainEqual([
          3,
          'resident',
        ]),
      soon,
    );
    expect(twinFront.bytes()).toBe(0);

    await vi.waitFor(async () => expect(await resident()).toMatchObject({ 'v3 of 3': 3 }), soon);

    // Going back needs nothing that is not there.
    const before = fronts.map((one) => one.bytes());
    const rolledBack = await client.rollBack('fraud', 'production', { reason: 'v3 is bad' });
    for (const cache of folders) expect(await readdir(join(cache, 'models/fraud'))).toContain(`v${rolledBack.to}`);
    expect(fronts.map((one) => one.bytes())).toEqual(before);
    for (const one of [agents[0], agents[1], again, twin]) expect((await one?.end('SIGTERM'))?.code).toBe(0);
  });
});
