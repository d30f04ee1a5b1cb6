import { formatVersion } from '../version-number.js';
import { contenderOf, type Contender, type Standing } from './contender.js';
import type { WantedVersion } from './placement.js';
import { setBack, type Setback, type Slot } from './slot.js';

/** When a plan is made, and the revision that its lists get where they change. */
export interface PlanClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly revision: number;
}

/** What a node may fetch of one pool. */
export interface Turn {
  /** What each version that the node lacks waits for, by id; null for those that it may fetch. */
  readonly waits: ReadonlyMap<string, string | null>;
  readonly slot: Slot | null;
  /** What went wrong in the turn that this plan takes back. */
  readonly setbacks: readonly Setback[];
}

/**
 * Who of one pool may fetch what now. At most `most` nodes have a slot, each for one version at a time, the most urgent
 * that it lacks, so that one version is everywhere before the next begins. A slot is not taken from a node that uses it.
 * Where others wait, it is taken from one whose try failed, or that made no use of it; and it is passed on only once the
 * node follows the list that says so, since until then it may fetch.
 */
export function giveTurns(contenders: readonly Contender[], most: number, clock: PlanClock): Map<string, Turn> {
  const standings = contenders.map((one) => contenderOf(one, clock));
  const isHolder = ({ slot, isBusy }: Standing): boolean => slot !== null || isBusy;
  const holders = standings.filter(isHolder);
  const leaving = holders.filter(({ isLeaving }) => isLeaving).length;
  const queue = standings.filter((one) => one.next !== null && !isHolder(one)).toSorted(inQueue);
  const granted = queue.slice(0, Math.max(0, most - holders.length));
  const waiting = queue.length - granted.length;
  const fruitless = holders.filter((one) => mayEnd(one) && one.fruitless !== null);
  const takenBack = new Set([
    ...oldestFirst(holders.filter(mayEnd)).slice(0, Math.max(0, holders.length - leaving - most)),
    ...oldestFirst(fruitless).slice(0, Math.max(0, waiting - leaving)),
  ]);
  const going = new Set([...holders.filter((one) => !one.isLeaving && !takenBack.has(one)), ...granted]);
  return new Map(
    standings.map((one) => {
      const turn = going.has(one) ? goOn(one, clock) : wait(one, most, takenBack.has(one), clock);
      return [one.node.node, turn];
    }),
  );
}

function goOn({ contender, node, slot, goes, lacking }: Standing, { now }: PlanClock): Turn {
  const ids = new Set(goes.map(({ id }) => id));
  const waits = lacking.map(({ id }): [string, string | null] => [id, ids.has(id) ? null : comesFirst(goes)]);
  const { pool } = contender;
  if (slot === null || slot.ended !== null || [...ids].some((id) => !slot.versions.includes(id))) {
    // Once what is new in it is there, the node follows this list, and fetches nothing that it was let fetch before.
    const fresh = { pool, versions: [...ids].toSorted(), grantedAt: now, ended: null };
    return { waits: new Map(waits), slot: fresh, setbacks: [] };
  }
  const open = slot.versions.filter((id) => node.holds.get(id)?.state !== 'resident');
  return { waits: new Map(waits), slot: { ...slot, versions: open }, setbacks: [] };
}

function wait(one: Standing, most: number, isTakenBack: boolean, { now, revision }: PlanClock): Turn {
  const { slot, lacking, fruitless, setbacks: before } = one;
  const setbacks = (isTakenBack ? (fruitless ?? []) : []).map((id) => setBack(id, before.get(id), now));
  const known = new Map([...before.values(), ...setbacks].map((each) => [each.id, each.retryAt]));
  const turn = `waits for its turn: ${most === 1 ? 'one node' : `${most} nodes`} of its pool may fetch at a time`;
  const waits = lacking.map(({ id }): [string, string] => {
    const retryAt = known.get(id) ?? -Infinity;
    return [id, retryAt > now ? `waits until ${timeText(retryAt)}, since nothing came of its last turn` : turn];
  });
  const ended = isTakenBack && slot !== null ? { ...slot, ended: { in: revision, at: now } } : slot;
  return { waits: new Map(waits), slot: ended, setbacks };
}

const mayEnd = ({ slot, isBusy, isLeaving }: Standing): boolean => slot !== null && !isBusy && !isLeaving;
const oldestFirst = (some: readonly Standing[]): Standing[] =>
  some.toSorted((a, b) => (a.slot?.grantedAt ?? 0) - (b.slot?.grantedAt ?? 0) || byName(a, b));

// By version, then those that never failed, then those that wait longest for another try.
const inQueue = (a: Standing, b: Standing): number =>
  (a.next?.rank ?? 0) - (b.next?.rank ?? 0) || (a.next?.after ?? 0) - (b.next?.after ?? 0) || byName(a, b);
const byName = (a: Standing, b: Standing): number => (a.node.node < b.node.node ? -1 : 1);

const comesFirst = ([first]: readonly WantedVersion[]): string =>
  first === undefined ? '' : `waits for ${formatVersion(first.version)} of ${first.model}, which comes first`;
const timeText = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
