import type { PlannedNode, WantedVersion } from './placement.js';
import { HEARD_MS, PATIENCE_MS, UNUSED_MS, type Setback, type Slot } from './slot.js';

/** A node that belongs to a pool, or has a slot of it from when it did. */
export interface Contender {
  readonly pool: string;
  readonly node: PlannedNode;
  /** What it lacks of the pool's versions and has room for, in their order, each with its place in that order. */
  readonly lacking: readonly { readonly version: WantedVersion; readonly rank: number }[];
}

/** How a node stands before turns are given. */
export interface Standing {
  readonly contender: Contender;
  readonly node: PlannedNode;
  readonly lacking: readonly WantedVersion[];
  /** Null where it has none, or nothing can come of it any more. */
  readonly slot: Slot | null;
  /** Whether it says that it is fetching something of the pool, and said so lately. */
  readonly isBusy: boolean;
  /** Its slot was taken back, and it may not know that yet. */
  readonly isLeaving: boolean;
  /** What it fetches once it may. */
  readonly goes: readonly WantedVersion[];
  /** What its slot was granted for where nothing comes of it: it failed since, or was not begun; null otherwise. */
  readonly fruitless: readonly string[] | null;
  /** What it queues for, and after whom; null where there is nothing that may be tried now. */
  readonly next: { readonly rank: number; readonly after: number } | null;
  readonly setbacks: ReadonlyMap<string, Setback>;
}

const BUSY = new Set<string | null | undefined>(['downloading', 'verifying']);

/** Works out how a node stands. A slot from which all is resident, or that the node knows to be taken back, is none. */
export function contenderOf(
  contender: Contender,
  { now, revision }: { readonly now: number; readonly revision: number },
): Standing {
  const { node } = contender;
  const setbacks = new Map(node.setbacks.map((one) => [one.id, one]));
  const lacking = contender.lacking.map(({ version }) => version);
  const isHeard = node.residedAt !== null && now < node.residedAt + HEARD_MS;
  const fetches = ({ id }: WantedVersion): boolean =>
    BUSY.has(node.holds.get(id)?.weights) || BUSY.has(node.holds.get(id)?.image);
  const isBusy = isHeard && lacking.some(fetches);
  const slot = stillHeld(contender, isBusy, { now, revision });
  const isBack = ({ id }: WantedVersion): boolean => (setbacks.get(id)?.retryAt ?? -Infinity) > now;
  const hasFailed = (version: WantedVersion): boolean =>
    node.holds.get(version.id)?.state === 'failed' || isBack(version);
  const first = lacking.find((version) => !hasFailed(version));
  const failed = lacking.filter(hasFailed);
  const next = contender.lacking.find(({ version }) => !isBack(version));
  return {
    contender,
    node,
    lacking,
    slot,
    isBusy,
    isLeaving: slot !== null && slot.ended !== null && !isBusy,
    // A first one that may be fetched goes before those that failed, so that it is what the others wait for.
    goes: first === undefined ? failed : [first, ...failed],
    fruitless: slot === null || isBusy ? null : fruitlessIn(slot, node, lacking, now),
    next: next === undefined ? null : { rank: next.rank, after: afterWhom(node, next.version, setbacks) },
    setbacks,
  };
}

function stillHeld(
  { pool, node, lacking }: Contender,
  isBusy: boolean,
  { now, revision }: { now: number; revision: number },
): Slot | null {
  const slot = node.slots.find((one) => one.pool === pool) ?? null;
  if (slot === null || isBusy) return slot;
  if (slot.ended !== null) {
    const knows = node.followed !== null && node.followed >= slot.ended.in;
    return knows || now >= slot.ended.at + PATIENCE_MS ? null : slot;
  }
  if (slot.versions.every((id) => node.holds.get(id)?.state === 'resident')) return null;
  // What it was granted for is not wanted here any more, or has no room: the list without it is what takes it back.
  return lacking.length > 0 ? slot : { ...slot, ended: { in: revision, at: now } };
}

/** What was to be fetched and is not, where none of it is under way; null where some of it may still come. */
function fruitlessIn(
  { versions, grantedAt }: Slot,
  { holds }: PlannedNode,
  lacking: readonly WantedVersion[],
  now: number,
): string[] | null {
  const left = lacking.map(({ id }) => id).filter((id) => versions.includes(id));
  if (now >= grantedAt + UNUSED_MS) return left;
  const isPartlyDone = versions.some((id) => holds.get(id)?.state === 'resident');
  const hasFailed = (id: string): boolean => {
    const held = holds.get(id);
    return held?.state === 'failed' && (isPartlyDone || held.since > grantedAt);
  };
  return left.every(hasFailed) ? left : null;
}

function afterWhom(node: PlannedNode, { id }: WantedVersion, setbacks: ReadonlyMap<string, Setback>): number {
  const setback = setbacks.get(id);
  if (setback !== undefined) return setback.retryAt;
  return node.holds.get(id)?.state === 'failed' ? 1 : 0;
}
