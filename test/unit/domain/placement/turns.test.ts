import { describe, expect, it } from 'vitest';
import { planPlacement } from '../../../../src/domain/placement/plan-placement.js';
import type { PlannedNode, WantedVersion } from '../../../../src/domain/placement/placement.js';
import { parsePullLimit, pullsAtOnce } from '../../../../src/domain/placement/pull-limit.js';
import type { ResidencyState } from '../../../../src/domain/residency.js';

const NOW = Date.parse('2031-05-01T14:30:00Z');
const wanted = (version: number, role: WantedVersion['role'], blobs: WantedVersion['blobs'] = []): WantedVersion => {
  return { id: `fraud/${version}`, model: 'fraud', version, role, pool: null, blobs, hasImage: false };
};
const ROOMY = { budgetBytes: 1e12, usedBytes: 0, freeBytes: 1e12 };

/** A node with versions of `fraud` in these states, each since a second ago. */
function node(name: string, states: Record<number, ResidencyState> = {}, more: Partial<PlannedNode> = {}): PlannedNode {
  const holds = new Map(
    Object.entries(states).map(
      ([version, state]) => [`fraud/${version}`, { state, weights: state, image: null, since: NOW - 1000 }] as const,
    ),
  );
  const nothing = { residedAt: NOW - 1000, followed: null, slots: [], setbacks: [] };
  return { node: name, labels: {}, reporting: true, disk: ROOMY, holds, ...nothing, ...more };
}

/** A turn for these versions, granted so many seconds ago. */
const slot = (secondsAgo: number, ...versions: number[]): PlannedNode['slots'][number] => {
  return {
    pool: '{}',
    versions: versions.map((one) => `fraud/${one}`),
    grantedAt: NOW - 1000 * secondsAgo,
    ended: null,
  };
};
const planOf = (versions: WantedVersion[], nodes: PlannedNode[], limit = '1') =>
  planPlacement({ versions, nodes, limit: parsePullLimit(limit) ?? { nodes: 0 }, now: NOW, revision: 9 });

/** What may be fetched, as `node v2`; and how the others are told to wait. */
function turns(versions: WantedVersion[], nodes: PlannedNode[], limit = '1') {
  const plan = planOf(versions, nodes, limit);
  const lacking = nodes.flatMap(({ node: name, holds }) =>
    (plan.get(name)?.placements ?? [])
      .filter(({ id }) => holds.get(id)?.state !== 'resident')
      .map(({ id, waitsFor }) => ({ what: `${name} v${id.split('/')[1]}`, waitsFor })),
  );
  return {
    going: lacking.filter(({ waitsFor }) => waitsFor === null).map(({ what }) => what),
    waiting: Object.fromEntries(
      lacking.filter(({ waitsFor }) => waitsFor !== null).map(({ what, waitsFor: why }) => [what, why]),
    ),
  };
}

describe('the turns in which nodes fetch', () => {
  it('bring the rollback target everywhere before any candidate', () => {
    const versions = [wanted(3, 'candidate'), wanted(2, 'live'), wanted(1, 'target')];
    const begun = turns(versions, [node('a', { 2: 'resident' }), node('b', { 2: 'resident' })]);
    expect(begun.going).toEqual(['a v1']);
    expect(begun.waiting).toEqual({
      'a v3': 'waits for v1 of fraud, which comes first',
      'b v1': 'waits for its turn: one node of its pool may fetch at a time',
      'b v3': 'waits for its turn: one node of its pool may fetch at a time',
    });
    const next = turns(versions, [node('a', { 1: 'resident', 2: 'resident' }), node('b', { 2: 'resident' })]);
    expect(next.going).toEqual(['b v1']);
    const last = turns(versions, [
      node('a', { 1: 'resident', 2: 'resident' }),
      node('b', { 1: 'resident', 2: 'resident' }),
    ]);
    expect(last.going).toEqual(['a v3']);
  });

  it('go first to nodes that fetch already, whatever they fetch', () => {
    const versions = [wanted(2, 'candidate'), wanted(1, 'target')];
    expect(turns(versions, [node('a'), node('b', { 1: 'downloading' })]).going).toEqual(['b v1']);
    expect(turns(versions, [node('a'), node('b', { 2: 'downloading' })]).going).toEqual(['b v1']);
  });

  it('stay with a node that has said nothing yet of what it may fetch', () => {
    const [a, b] = [node('a'), node('b', {}, { slots: [slot(5, 1)] })];
    expect(turns([wanted(1, 'target')], [a, b]).going).toEqual(['b v1']);
    expect(turns([wanted(1, 'target')], [a, node('b', { 1: 'pending' }, { slots: [slot(5, 1)] })]).going).toEqual([
      'b v1',
    ]);
  });

  it('go on with something more urgent on the node that has one, without waiting', () => {
    const holder = node('b', {}, { slots: [slot(5, 2)] });
    expect(turns([wanted(2, 'candidate'), wanted(1, 'target')], [node('a'), holder]).going).toEqual(['b v1']);
  });

  it('come last to a node whose last try failed, and it fetches meanwhile what else it lacks', () => {
    const versions = [wanted(1, 'target'), wanted(2, 'candidate')];
    expect(turns(versions, [node('a', { 1: 'failed' }), node('b')]).going).toEqual(['b v1']);
    expect(turns(versions, [node('a', { 1: 'failed' }), node('b', { 1: 'resident', 2: 'resident' })]).going).toEqual([
      'a v1',
      'a v2',
    ]);
  });

  it('are taken back from a node whose try failed once others wait, and from one that makes no use of them', () => {
    const alone = node('a', { 1: 'failed' }, { slots: [slot(5, 1)] });
    expect(turns([wanted(1, 'target')], [alone]).going).toEqual(['a v1']);
    const taken = turns([wanted(1, 'target')], [alone, node('b')]);
    expect(taken.going).toEqual([]);
    expect(taken.waiting['a v1']).toBe('waits until 2031-05-01T14:30:30Z, since nothing came of its last turn');
    const unused = node('a', { 1: 'pending' }, { slots: [slot(61, 1)] });
    expect(turns([wanted(1, 'target')], [unused, node('b')]).going).toEqual([]);
    const again = { id: 'fraud/1', failures: 3, retryAt: NOW - 1 };
    const plan = planOf([wanted(1, 'target')], [{ ...alone, setbacks: [again] }, node('b')]).get('a');
    expect(plan?.setbacks).toEqual([{ id: 'fraud/1', failures: 4, retryAt: NOW + 240_000 }]);
    expect(plan?.slots).toEqual([{ ...slot(5, 1), ended: { in: 9, at: NOW } }]);
  });

  it('pass on once the node follows the list that took its turn back, or after minutes', () => {
    const leaving = { ...slot(60, 1), ended: { in: 8, at: NOW - 1000 } };
    const setbacks = [{ id: 'fraud/1', failures: 1, retryAt: NOW + 1000 }];
    const passed = (followed: number | null, one = leaving) =>
      turns([wanted(1, 'target')], [node('a', { 1: 'failed' }, { followed, setbacks, slots: [one] }), node('b')]).going;
    expect(passed(null)).toEqual([]);
    expect(passed(7)).toEqual([]);
    expect(passed(8)).toEqual(['b v1']);
    expect(passed(7, { ...leaving, ended: { in: 8, at: NOW - 300_000 } })).toEqual(['b v1']);
    expect(
      turns([wanted(1, 'target')], [node('a', { 1: 'downloading' }, { followed: 8, slots: [leaving] }), node('b')]),
    ).toMatchObject({ going: ['a v1'] });
  });

  it('are not kept by a node that renews its lease while its word that it fetches is a minute old', () => {
    const versions = [wanted(1, 'target')];
    const says = (secondsAgo: number | null, more: Partial<PlannedNode> = {}) =>
      node(
        'a',
        { 1: 'downloading' },
        { residedAt: secondsAgo && NOW - secondsAgo * 1000, slots: [slot(900, 1)], ...more },
      );
    expect(planOf(versions, [says(59), node('b')]).get('a')?.slots).toEqual([slot(900, 1)]);
    const taken = { ...slot(900, 1), ended: { in: 9, at: NOW } };
    for (const ago of [60, null]) {
      expect(planOf(versions, [says(ago), node('b')]).get('a')?.slots).toEqual([taken]);
      expect(planOf(versions, [says(ago)]).get('a')?.slots).toEqual([slot(900, 1)]); // nobody waits
    }
    // It may be fetching, and can say no more that it follows another list: so it is waited for, and not for ever.
    const setbacks = [{ id: 'fraud/1', failures: 1, retryAt: NOW - 1 }];
    const ended = (ms: number) => ({ ...slot(900, 1), ended: { in: 8, at: NOW - ms } });
    const leaving = (ms: number) => says(900, { setbacks, slots: [ended(ms)] });
    expect(turns(versions, [leaving(299_999), node('b')]).going).toEqual([]);
    expect(turns(versions, [leaving(300_000), node('b')]).going).toEqual(['b v1']);
  });

  it('end where what they were granted for is wanted no more, once the node knows', () => {
    const holder = node('a', {}, { slots: [slot(5, 4)], labels: { zone: 'x' } });
    const versions = [{ ...wanted(1, 'live'), pool: { zone: 'y' } }];
    const plan = planOf(versions, [holder]).get('a');
    expect(plan).toEqual({ placements: [], setbacks: [], slots: [{ ...slot(5, 4), ended: { in: 9, at: NOW } }] });
    expect(planOf(versions, [{ ...holder, slots: plan?.slots ?? [], followed: 9 }]).get('a')?.slots).toEqual([]);
  });

  it('are counted for each pool, so that one pool does not wait for another', () => {
    const [x, y] = [{ zone: 'x' }, { zone: 'y' }];
    const versions = [
      { ...wanted(1, 'live'), pool: x },
      { ...wanted(2, 'live'), pool: y },
    ];
    const nodes = [node('a'), node('b')].map((one, index) => ({ ...one, labels: index === 0 ? x : y }));
    expect(turns(versions, nodes).going).toEqual(['a v1', 'b v2']);
  });

  it.each([
    ['2', 10, 2],
    ['25%', 10, 2],
    ['50%', 1, 1],
    ['1%', 10, 1],
    ['100%', 7, 7],
  ])('at %s of %i nodes are %i', (limit, nodes, most) => {
    expect(pullsAtOnce(parsePullLimit(limit) ?? { nodes: 0 }, nodes)).toBe(most);
  });

  it.each(['', '0', '-1', '0%', '101%', '1.5', 'half', '50 %'])('cannot be limited to %j', (text) => {
    expect(parsePullLimit(text)).toBeNull();
  });

  it('pass on after the usual minute where the clock was set back by an hour since they were granted', () => {
    const versions = [wanted(1, 'target')];
    const ahead = [node('a', {}, { slots: [slot(-3600, 1)] }), node('b')];
    expect(turns(versions, ahead).going).toEqual(['a v1']);
    const [kept] = planOf(versions, ahead).get('a')?.slots ?? [];
    expect(kept?.grantedAt).toBe(NOW);
    const minuteLater = ahead.map((one) => ({ ...one, slots: one.slots.length > 0 ? [slot(60, 1)] : [] }));
    expect(planOf(versions, minuteLater).get('a')?.slots[0]?.ended).toEqual({ in: 9, at: NOW });
  });

  it('are asked for again within ten minutes where the clock was set back by an hour since a try failed', () => {
    const setbacks = [{ id: 'fraud/1', failures: 1, retryAt: NOW + 3_600_000 }];
    const plan = planOf([wanted(1, 'target')], [node('a', {}, { setbacks })]);
    expect(plan.get('a')?.setbacks).toEqual([{ id: 'fraud/1', failures: 1, retryAt: NOW + 600_000 }]);
  });
});
