import { canonicalJson } from '../canonical-json.js';
import { inPool } from './pool.js';
import { inOrder, type Placement, type PlannedNode, type WantedVersion } from './placement.js';
import type { PullLimit } from './pull-limit.js';
import { findRoom } from './room.js';
import { giveTurns, turnKey, type Lacking } from './turns.js';

/** All that a plan is made of. */
export interface PlacementFacts {
  readonly nodes: readonly PlannedNode[];
  readonly versions: readonly WantedVersion[];
  readonly limit: PullLimit;
}

/**
 * What must lie on each node that reports, in the order in which to fetch it. The same facts, in whatever order, make
 * the same plan. Nodes do not influence each other but by the turns in which those of one pool fetch.
 */
export function planPlacement({ nodes, versions, limit }: PlacementFacts): Map<string, Placement[]> {
  const ordered = inOrder(versions);
  const reporting = nodes.filter((node) => node.reporting);
  const wanted = new Map(
    reporting.map((node) => [node.node, ordered.filter(({ pool }) => inPool(node.labels, pool))] as const),
  );
  const room = new Map(reporting.map((node) => [node.node, findRoom(node, wanted.get(node.node) ?? [])] as const));
  const turns = turnsOf({ nodes: reporting, versions: ordered, limit }, room);
  return new Map(
    reporting.map(({ node }) => [
      node,
      (wanted.get(node) ?? []).map(({ id, role }) => {
        const noRoom = room.get(node)?.get(id) ?? null;
        const waitsFor = noRoom ?? turns.get(turnKey(node, id)) ?? null;
        return { id, role, fits: noRoom === null, go: waitsFor === null, waitsFor, warm: role === 'target' };
      }),
    ]),
  );
}

function turnsOf(
  { nodes, versions, limit }: PlacementFacts,
  room: ReadonlyMap<string, ReadonlyMap<string, string | null>>,
): Map<string, string | null> {
  const turns = new Map<string, string | null>();
  for (const pooled of byPool(versions)) {
    const members = nodes.filter(({ labels }) => inPool(labels, pooled[0]?.pool ?? null));
    const lacking = pooled.flatMap((version) =>
      members
        .filter((node) => room.get(node.node)?.get(version.id) === null && lacks(node, version))
        .map((node): Lacking => ({ node, version })),
    );
    for (const [key, waits] of giveTurns(lacking, members.length, limit)) turns.set(key, waits);
  }
  return turns;
}

function byPool(versions: readonly WantedVersion[]): WantedVersion[][] {
  const pools = new Map<string, WantedVersion[]>();
  for (const version of versions) {
    const key = canonicalJson(version.pool ?? {});
    pools.set(key, [...(pools.get(key) ?? []), version]);
  }
  return [...pools.values()];
}

const lacks = ({ holds }: PlannedNode, { id }: WantedVersion): boolean => holds.get(id)?.state !== 'resident';
