import { describe, expect, it } from 'vitest';
import { part, partOf } from '../../../src/agent/loop/parts.js';
import { planIn } from '../../../src/agent/loop/plan.js';
import { residencyItems, type Held } from '../../../src/agent/loop/residency.js';
import type { CachedVersion } from '../../../src/agent/cache/index.js';
import type { AssignmentView } from '../../../src/contract/node-views.js';

const digest = `sha256:${'0'.repeat(64)}` as const;
const image = `registry.example/server@${digest}`;

const assigned = (version: number, more: Partial<AssignmentView> = {}): AssignmentView => ({
  model: 'fraud',
  version,
  role: 'live',
  artifacts: [{ path: 'm', uri: 's3://b/m', digest, size: 100 }],
  image: null,
  go: true,
  waitsFor: null,
  warm: false,
  ...more,
});

const cached = (version: number, state: CachedVersion['state']): CachedVersion => ({
  model: 'fraud',
  version,
  files: [{ path: 'm', digest, size: 100 }],
  trees: [],
  state,
  neededAt: 0,
});

const held = (more: Partial<Held>): Held => ({
  assignments: [],
  cached: [],
  weights: new Map(),
  damaged: new Map(),
  images: new Map(),
  ...more,
});

describe('what a node says of what it holds', () => {
  it('is resident for what is there, whatever was said before, and pending with the reason for what waits', () => {
    const items = residencyItems(
      held({
        assignments: [assigned(1), assigned(2, { go: false, waitsFor: 'its turn' }), assigned(3)],
        cached: [cached(1, 'resident'), cached(3, 'incomplete')],
        weights: new Map([['fraud/v1', part('failed')]]),
      }),
    );
    expect(items.map(({ version, weights }) => [version, weights.state, weights.bytesDone, weights.reason])).toEqual([
      [1, 'resident', 100, null],
      [2, 'pending', 0, 'its turn'],
      [3, 'pending', 0, null],
    ]);
  });

  it('is not resident any more once the files of a version that was turned out damaged', () => {
    const items = residencyItems(
      held({
        assignments: [assigned(1)],
        cached: [cached(1, 'incomplete')],
        weights: new Map([['fraud/v1', part('resident')]]),
      }),
    );
    expect(items[0]?.weights.state).toBe('pending');
  });

  it('gives the damage as the reason until a version is back, unless there is a newer one', () => {
    const damaged = new Map([1, 2, 3, 4].map((version) => [`fraud/v${version}`, 'the blob is damaged'] as const));
    const items = residencyItems(
      held({
        assignments: [1, 2, 3, 4].map((version) => assigned(version)),
        cached: [cached(1, 'incomplete'), cached(2, 'incomplete'), cached(3, 'incomplete'), cached(4, 'resident')],
        weights: new Map([
          ['fraud/v2', part('downloading', { bytesDone: 5 })],
          ['fraud/v3', part('failed', { reason: 'the store is away' })],
        ]),
        damaged,
      }),
    );
    expect(items.map(({ weights: { state, reason } }) => [state, reason])).toEqual([
      ['pending', 'the blob is damaged'],
      ['downloading', 'the blob is damaged'],
      ['failed', 'the store is away'],
      ['resident', null],
    ]);
  });

  it('also names what lies there without being assigned, and what is on its way out, but no unfinished rest', () => {
    const items = residencyItems(
      held({
        cached: [cached(7, 'resident'), cached(8, 'resident'), cached(9, 'incomplete')],
        weights: new Map([['fraud/v8', part('evicting')]]),
      }),
    );
    expect(items.map(({ version, weights }) => [version, weights.state])).toEqual([
      [7, 'resident'],
      [8, 'evicting'],
    ]);
  });

  it('says nothing of images where they are none of its business, and what is known of them where they are', () => {
    const assignments = [assigned(1, { image })];
    expect(residencyItems(held({ assignments, images: null }))[0]?.image).toBeNull();
    expect(residencyItems(held({ assignments }))[0]?.image?.state).toBe('pending');
    const images = new Map([[image, part('failed', { reason: 'no such image' })]]);
    expect(residencyItems(held({ assignments, images }))[0]?.image).toMatchObject({
      state: 'failed',
      reason: 'no such image',
    });
  });

  it('gives rate and time left while bytes come, whole numbers, and a reason that is not endless', () => {
    const progress = {
      state: 'downloading',
      bytesDone: 10,
      bytesTotal: 100,
      bytesPerSecond: 7.6,
      etaMs: 11_001,
    } as const;
    expect(partOf(progress)).toMatchObject({ bytesPerSecond: 8, etaSeconds: 12 });
    expect(part('failed', { reason: 'x'.repeat(9000) }).reason?.length).toBe(500);
  });
});

describe('a list of assignments', () => {
  const plan = { node: 'a', revision: 7, assignments: [assigned(1, { image })] };

  it('is taken as it was kept', () => {
    expect(planIn(JSON.parse(JSON.stringify(plan)), 'a')).toEqual(plan);
  });

  it('is not taken for another node, cut short, or with names that would lead out of the cache', () => {
    expect(planIn(plan, 'b')).toBeNull();
    for (const broken of [null, 7, {}, { ...plan, revision: '7' }, { ...plan, assignments: null }]) {
      expect(planIn(broken, 'a')).toBeNull();
    }
    for (const model of ['..', '../x', '', 'a/b']) {
      expect(planIn({ ...plan, assignments: [{ ...assigned(1), model }] }, 'a')).toBeNull();
    }
  });

  it('has no image that a client could take for an option', () => {
    const with1 = { ...plan, assignments: [{ ...assigned(1), image: '--privileged' }] };
    expect(planIn(with1, 'a')?.assignments[0]?.image).toBeNull();
  });
});
