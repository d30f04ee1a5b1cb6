import { describe, expect, it } from 'vitest';
import { planPlacement } from '../../../../src/domain/placement/plan-placement.js';
import type { PlannedNode, WantedVersion } from '../../../../src/domain/placement/placement.js';
import { parsePullLimit, pullsAtOnce } from '../../../../src/domain/placement/pull-limit.js';
import type { ResidencyState } from '../../../../src/domain/residency.js';

const wanted = (version: number, role: WantedVersion['role'], blobs: WantedVersion['blobs'] = []): WantedVersion => {
  return { id: `fraud/${version}`, model: 'fraud', version, role, pool: null, blobs };
};
const ROOMY = { budgetBytes: 1e12, usedBytes: 0, freeBytes: 1e12 };

/** A node with versions of `fraud` in these states. */
function node(name: string, states: Record<number, ResidencyState> = {}, disk = ROOMY): PlannedNode {
  const holds = new Map(
    Object.entries(states).map(([version, state]) => [`fraud/${version}`, { state, weights: state }] as const),
  );
  return { node: name, labels: {}, reporting: true, disk, holds };
}

/** What may be fetched, as `node v2`; and how the others are told to wait. */
function turns(versions: WantedVersion[], nodes: PlannedNode[], limit = '1') {
  const plan = planPlacement({ versions, nodes, limit: parsePullLimit(limit) ?? { nodes: 0 } });
  const lacking = nodes.flatMap(({ node: name, holds }) =>
    (plan.get(name) ?? [])
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

  it('come last to a node whose last try failed, and it fetches meanwhile what else it lacks', () => {
    const versions = [wanted(1, 'target'), wanted(2, 'candidate')];
    expect(turns(versions, [node('a', { 1: 'failed' }), node('b')]).going).toEqual(['b v1']);
    expect(turns(versions, [node('a', { 1: 'failed' }), node('b', { 1: 'resident', 2: 'resident' })]).going).toEqual([
      'a v1',
      'a v2',
    ]);
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
});
