import { formatVersion } from '../version-number.js';
import type { PlannedNode, WantedVersion } from './placement.js';
import { pullsAtOnce, type PullLimit } from './pull-limit.js';

/** One version on one node of its pool that there is room for and that does not lie there yet. */
export interface Lacking {
  readonly node: PlannedNode;
  readonly version: WantedVersion;
}

const BUSY = new Set(['downloading', 'verifying']);

/**
 * Who of one pool may fetch what now: null for one who may, else what it waits for, by node and version. `lacking` is in
 * the order of the versions. At most as many nodes fetch as the limit says, each one version at a time, so that the most
 * urgent version is everywhere before the next begins. Nodes that fetch already go first; one whose last try failed
 * comes last, and does not hold up what else the node lacks.
 */
export function giveTurns(
  lacking: readonly Lacking[],
  nodesInPool: number,
  limit: PullLimit,
): ReadonlyMap<string, string | null> {
  const most = pullsAtOnce(limit, nodesInPool);
  const busy = new Set(lacking.filter(({ node, version }) => BUSY.has(stateOf(node, version))).map(nameOf));
  const fetching = new Map<string, WantedVersion>();
  const going = new Set<string>();
  const [failed, others] = [lacking.filter(hasFailed), lacking.filter((one) => !hasFailed(one))];
  for (const { version, nodes } of byVersion(others)) {
    const ordered = nodes.toSorted((a, b) => Number(busy.has(b)) - Number(busy.has(a)) || (a < b ? -1 : 1));
    for (const node of ordered) {
      if (fetching.has(node) || fetching.size >= most) continue;
      fetching.set(node, version);
      going.add(turnKey(node, version.id));
    }
  }
  for (const { version, nodes } of byVersion(failed)) {
    for (const node of nodes.toSorted()) {
      if (!fetching.has(node) && fetching.size >= most) continue;
      if (!fetching.has(node)) fetching.set(node, version);
      going.add(turnKey(node, version.id));
    }
  }
  return new Map(
    lacking.map(({ node: { node }, version }) => {
      const key = turnKey(node, version.id);
      return [key, going.has(key) ? null : waitsFor(fetching.get(node), most)];
    }),
  );
}

/** The key under which {@link giveTurns} answers. */
export const turnKey = (node: string, id: string): string => `${id} ${node}`;

function waitsFor(first: WantedVersion | undefined, most: number): string {
  if (first !== undefined) return `waits for ${formatVersion(first.version)} of ${first.model}, which comes first`;
  return `waits for its turn: ${most === 1 ? 'one node' : `${most} nodes`} of its pool may fetch at a time`;
}

const stateOf = (node: PlannedNode, { id }: WantedVersion): string => node.holds.get(id)?.state ?? 'pending';
const hasFailed = ({ node, version }: Lacking): boolean => stateOf(node, version) === 'failed';
const nameOf = ({ node }: Lacking): string => node.node;

function byVersion(lacking: readonly Lacking[]): { version: WantedVersion; nodes: string[] }[] {
  const found = new Map<string, { version: WantedVersion; nodes: string[] }>();
  for (const { node, version } of lacking) {
    const known = found.get(version.id);
    if (known) known.nodes.push(node.node);
    else found.set(version.id, { version, nodes: [node.node] });
  }
  return [...found.values()];
}
