import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { VersionSwitch } from '../../../examples/voice-activity/version-switch.js';
import type { VersionRecord } from '../../../examples/voice-activity/version-switch.js';
import { configDigest, FakeEngine, resolution } from './fake-engine.js';

/** A load that the test lets finish or fail when it wants. */
interface Load {
  version: number;
  finish: () => FakeEngine;
  fail: (message: string) => void;
}

const settled = () => sleep(0);

describe('the switch between versions', () => {
  let loads: Load[];
  let changes: number;
  let versions: VersionSwitch;
  const loadOf = (version: number) => {
    const load = loads.findLast((each) => each.version === version);
    if (!load) throw new Error(`v${version} is not being loaded`);
    return load;
  };
  const live = () => versions.status().live?.version ?? null;

  beforeEach(() => {
    loads = [];
    changes = 0;
    const load = ({ version }: VersionRecord) =>
      new Promise<FakeEngine>((resolve, reject) => {
        const engine = new FakeEngine(version);
        const finish = () => (resolve(engine), engine);
        loads.push({ version, finish, fail: (message) => reject(new Error(message)) });
      });
    versions = new VersionSwitch({ load, configDigest, onChange: () => changes++, retryMs: [5] });
  });

  /** Serving v2 with v1 warm, both loaded. */
  async function servingTwo() {
    versions.want(resolution(5, 2, 1));
    const two = loadOf(2).finish();
    await settled();
    const one = loadOf(1).finish();
    await settled();
    return { one, two };
  }

  it('loads the live version first, then the ones to keep warm, one at a time', async () => {
    versions.want(resolution(5, 3, 2, 1));
    expect(loads.map((each) => each.version)).toEqual([3]);
    expect(versions.acquire()).toBeNull();
    loadOf(3).finish();
    await settled();
    expect(live()).toBe(3);
    expect(loads.map((each) => each.version)).toEqual([3, 2]);
    loadOf(2).finish();
    await settled();
    expect(loads.map((each) => each.version)).toEqual([3, 2, 1]);
  });

  it('switches to a warm version inside the call, before anything is loaded', async () => {
    await servingTwo();
    versions.want(resolution(6, 1, 7));
    expect(versions.acquire()).toMatchObject({ version: 1, revision: 6 });
  });

  it('does not make a needed version wait behind one that is only kept warm', async () => {
    versions.want(resolution(5, 2, 1));
    loadOf(2).finish();
    await settled();
    versions.want(resolution(6, 3, 2));
    expect(loads.map((each) => each.version)).toEqual([2, 1, 3]);
  });

  it('lets a request end on the version it started with, and only then releases that', async () => {
    const { two } = await servingTwo();
    const held = versions.acquire();
    versions.want(resolution(6, 1));
    expect(live()).toBe(1);
    expect(two.closed).toBe(false);
    expect(held).toMatchObject({ version: 2, engine: two });
    held?.release();
    expect(two.closed).toBe(true);
  });

  it('keeps a drained version loaded while it is to be kept warm', async () => {
    const { two } = await servingTwo();
    versions.want(resolution(6, 1, 2));
    await settled();
    expect(two.closed).toBe(false);
    versions.want(resolution(7, 2, 1));
    expect(versions.acquire()).toMatchObject({ version: 2, revision: 7 });
    expect(loads).toHaveLength(2);
  });

  it('keeps serving the old version when the new one does not load, reports no replica for it, and tries again', async () => {
    await servingTwo();
    versions.want(resolution(6, 3, 2));
    loadOf(3).fail('not an ONNX file');
    await settled();
    expect(live()).toBe(2);
    expect(versions.report()).toMatchObject({ version: 3, revision: 6, configDigest: 'sha256:c3', readyReplicas: 0 });
    await sleep(15);
    loadOf(3).finish();
    await settled();
    expect(live()).toBe(3);
    expect(versions.report()).toMatchObject({ version: 3, revision: 6, readyReplicas: 1, replicas: 1 });
  });

  it('tries a failed version again at once when somebody asks for it anew', async () => {
    await servingTwo();
    versions.want(resolution(6, 3, 2));
    loadOf(3).fail('no');
    await settled();
    const before = loads.length;
    versions.want(resolution(7, 3, 2));
    expect(loads).toHaveLength(before + 1);
  });

  it('forgets a version that nobody wants by the time it is loaded', async () => {
    await servingTwo();
    versions.want(resolution(6, 3, 2));
    versions.want(resolution(7, 2, 1));
    const three = loadOf(3).finish();
    await settled();
    expect(live()).toBe(2);
    expect(three.closed).toBe(true);
    expect(versions.status().loaded.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('loads the live version again after it crashed, and says that it has no replica meanwhile', async () => {
    const { two } = await servingTwo();
    two.crash(new Error('out of memory'));
    await settled();
    expect(versions.acquire()).toBeNull();
    expect(versions.report()).toMatchObject({ version: 2, readyReplicas: 0 });
    await sleep(15);
    loadOf(2).finish();
    await settled();
    expect(versions.acquire()).toMatchObject({ version: 2 });
  });

  it('takes the new revision of the version that it serves already', async () => {
    await servingTwo();
    const before = changes;
    versions.want(resolution(9, 2, 1));
    expect(versions.report()).toMatchObject({ version: 2, revision: 9, configDigest: 'sha256:c2' });
    expect(changes).toBe(before + 1);
    versions.want(resolution(9, 2, 1));
    expect(changes).toBe(before + 1);
  });

  it('closes everything at the end, a load on its way too', async () => {
    const { one, two } = await servingTwo();
    versions.want(resolution(6, 3, 2));
    versions.close();
    const three = loadOf(3).finish();
    await settled();
    expect([one.closed, two.closed, three.closed]).toEqual([true, true, true]);
    expect(versions.acquire()).toBeNull();
  });
});
