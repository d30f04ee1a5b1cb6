import { canonicalJson } from '../canonical-json.js';
import type { Contender } from './contender.js';
import { inPool, type Pool } from './pool.js';
import { inOrder, type NodePlan, type PlannedNode, type WantedVersion } from './placement.js';
import { pullsAtOnce, type PullLimit } from './pull-limit.js';
import { findRoom } from './room.js';
import { notAhead } from './slot.js';
import { giveTurns, type PlanClock, type Turn } from './turns.js';

/** All that a plan is made of. */
export interface PlacementFacts extends PlanClock {
  readonly nodes: readonly PlannedNode[];
  readonly versions: readonly WantedVersion[];
  readonly limit: PullLimit;
}

interface Ranked {
  readonly version: WantedVersion;
  readonly rank: number;
  /** Its pool's labels in canonical JSON. */
  readonly pool: string;
}

/** A node with what of all that is wanted concerns it: its pools, and for each of their versions whether there is room. */
interface Placed {
  readonly node: PlannedNode;
  readonly pools: ReadonlySet<string>;
  readonly wanted: readonly Ranked[];
  readonly room: ReadonlyMap<string, string | null>;
}

/**
 * What must lie on each node that reports, in the order in which to fetch it. The same facts, in whatever order, make
 * the same plan. Nodes do not influence each other but by the turns in which those of one pool fetch.
 */
export function planPlacement(facts: PlacementFacts): Map<string, NodePlan> {
  const pools = new Map<string, Pool | null>();
  const ranked = inOrder(facts.versions).map((version, rank): Ranked => {
    const pool = canonicalJson(version.pool ?? {});
    pools.set(pool, version.pool);
    return { version, rank, pool };
  });
  const reporting = facts.nodes.filter((node) => node.reporting).map((node) => notAhead(node, facts.now));
  const placed = reporting.map((node) => place(node, pools, ranked));
  const turns = turnsOf(placed, pools, facts);
  return new Map(placed.map((one) => [one.node.node, planOf(one, turns.get(one.node.node) ?? new Map())]));
}

function place(node: PlannedNode, pools: ReadonlyMap<string, Pool | null>, ranked: readonly Ranked[]): Placed {
  const mine = new Set([...pools].filter(([, pool]) => inPool(node.labels, pool)).map(([key]) => key));
  const wanted = ranked.filter(({ pool }) => mine.has(pool));
  const versions = wanted.map(({ version }) => version);
  return { node, pools: mine, wanted, room: findRoom(node, versions) };
}

/** The turns of each node, by pool. */
function turnsOf(
  placed: readonly Placed[],
  pools: ReadonlyMap<string, Pool | null>,
  { limit, now, revision }: PlacementFacts,
): Map<string, Map<string, Turn>> {
  const turns = new Map<string, Map<string, Turn>>(placed.map(({ node }) => [node.node, new Map()]));
  const held = placed.flatMap(({ node }) => node.slots.map(({ pool }) => pool));
  for (const pool of new Set([...pools.keys(), ...held])) {
    const members = placed.filter((one) => one.pools.has(pool));
    const others = placed.filter((one) => !one.pools.has(pool) && one.node.slots.some((slot) => slot.pool === pool));
    const contenders = [...members, ...others].map((one) => contender(one, pool));
    const given = giveTurns(contenders, pullsAtOnce(limit, members.length), { now, revision });
    for (const [node, turn] of given) turns.get(node)?.set(pool, turn);
  }
  return turns;
}

function contender({ node, wanted, room }: Placed, pool: string): Contender {
  const lacking = wanted.filter(
    ({ version: { id }, pool: its }) =>
      its === pool && room.get(id) === null && node.holds.get(id)?.state !== 'resident',
  );
  return { pool, node, lacking };
}

function planOf({ node, wanted, room }: Placed, turns: ReadonlyMap<string, Turn>): NodePlan {
  const placements = wanted.map(({ version: { id, role }, pool }) => {
    const noRoom = room.get(id) ?? null;
    const waitsFor = noRoom ?? turns.get(pool)?.waits.get(id) ?? null;
    return { id, role, fits: noRoom === null, go: waitsFor === null, waitsFor, warm: role === 'target' };
  });
  const all = [...turns.values()];
  const lacks = new Set(all.flatMap(({ waits }) => [...waits.keys()]));
  const setbacks = new Map([...node.setbacks, ...all.flatMap((turn) => turn.setbacks)].map((one) => [one.id, one]));
  return {
    placements,
    slots: all.flatMap(({ slot }) => slot ?? []).toSorted((a, b) => (a.pool < b.pool ? -1 : 1)),
    setbacks: [...setbacks.values()].filter(({ id }) => lacks.has(id)).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
