import type { CheckState } from '../../contract/views.js';
import { canonicalJson } from '../../domain/canonical-json.js';
import { planPlacement } from '../../domain/placement/plan-placement.js';
import type { Placement, PlannedNode, WantedVersion } from '../../domain/placement/placement.js';
import type { PullLimit } from '../../domain/placement/pull-limit.js';
import type { PlanClock } from '../../domain/placement/turns.js';
import { inPool } from '../../domain/placement/pool.js';
import type { HeldFacts, NodeFacts, PlanItem, PlanToWrite, SeenOnNode } from './plan.repository.js';
import { withUnseen } from './unseen-image.js';
import { keyOf, versionOf } from './version-facts.repository.js';

/** A wanted version with its place in the database. */
export type Wanted = WantedVersion & { readonly modelId: number };

/** That a version's residency on a node is another than was last recorded. */
export interface Turned {
  node: string;
  modelId: number;
  version: number;
  state: CheckState;
  evidence: Record<string, unknown>;
}

/** What of a node is recorded as a check and is true no more: the node is gone, or need not hold the version. */
export interface Gone {
  modelId: number;
  version: number;
  subject: string;
}

/** Plans that differ from what is stored, what of them is to be recorded as checks, and which checks stand no more. */
export function makePlans(
  known: readonly NodeFacts[],
  wanted: readonly Wanted[],
  { limit, ...clock }: PlanClock & { limit: PullLimit },
): { plans: PlanToWrite[]; turned: Turned[]; gone: Gone[] } {
  const byId = new Map(wanted.map((version) => [version.id, version]));
  const imageOf = (key: string): boolean => byId.get(key)?.hasImage ?? false;
  const nodes = known.map((facts) => ({ ...facts, held: withUnseen(facts, imageOf) }));
  const planned = planPlacement({ nodes: nodes.map(plannedNode), versions: wanted, limit, ...clock });
  const plans: PlanToWrite[] = [];
  const turned: Turned[] = [];
  const gone: Gone[] = [];
  for (const facts of nodes) {
    const plan = planned.get(facts.node);
    // What a silent node was told last stays as it is: it must not come back to an empty list, and evict what it has.
    const before = new Map(facts.items?.map((item) => [keyOf(item), item]));
    const items =
      plan?.placements.flatMap((placement) => {
        const version = byId.get(placement.id);
        return version === undefined ? [] : [itemOf(version, placement, before.get(placement.id), clock.revision)];
      }) ??
      facts.items ??
      [];
    const { slots, setbacks } = plan ?? { slots: facts.slots ?? [], setbacks: facts.setbacks ?? [] };
    const heldOf = new Map(facts.held?.map((one) => [keyOf(one), one]));
    const itemsOf = new Map(items.map((item) => [keyOf(item), item]));
    const states = wanted
      .filter(({ pool }) => inPool(facts.labels, pool))
      .map((version) => stateOf(facts, version, heldOf, itemsOf));
    const seen = Object.fromEntries(states.map((one) => [keyOf(one), one.state]));
    turned.push(...states.filter((one) => facts.seen?.[keyOf(one)] !== one.state));
    gone.push(...recordedOf({ node: facts.node, seen: facts.seen ?? {} }).filter((one) => !(keyOf(one) in seen)));
    // A node that says it follows this revision knows that its turn was taken back, whatever else is on its list.
    const takenBack = slots.some(({ ended }) => ended?.in === clock.revision);
    const isSame = same(items, facts.items ?? []);
    const isNews = facts.revision === 0 || takenBack || (!isSame && !same(told(items), told(facts.items ?? [])));
    const kept = { slots, setbacks, seen };
    const keptBefore = { slots: facts.slots ?? [], setbacks: facts.setbacks ?? [], seen: facts.seen ?? {} };
    const revised = plan !== undefined && isNews;
    if (revised || !isSame || canonicalJson(kept) !== canonicalJson(keptBefore))
      plans.push({ node: facts.node, items, ...kept, revised });
  }
  return { plans, turned, gone };
}

/** All that is recorded as checks of a node. */
export function recordedOf({ node, seen }: SeenOnNode): Gone[] {
  return Object.keys(seen).map((key) => ({ ...versionOf(key), subject: node }));
}

/** What the agent is told of a plan: what does not fit is not to be kept, so it is not on its list. */
export const told = (items: readonly PlanItem[]): PlanItem[] => items.filter(({ fits }) => fits);

function plannedNode({ held, slots, setbacks, ...facts }: NodeFacts): PlannedNode {
  const holds = new Map((held ?? []).map((one) => [keyOf(one), one]));
  return { ...facts, holds, slots: slots ?? [], setbacks: setbacks ?? [] };
}

function itemOf(
  { modelId, version }: Wanted,
  { role, fits, go, waitsFor, warm }: Placement,
  before: PlanItem | undefined,
  revision: number,
): PlanItem {
  const listed = before?.fits ? (before.listedIn ?? 0) : revision;
  return { modelId, version, role, fits, go, waitsFor, warm, listedIn: fits ? listed : null };
}

function stateOf(
  { node, reporting, reportedAt }: NodeFacts,
  { modelId, version, id }: Wanted,
  heldOf: ReadonlyMap<string, HeldFacts>,
  itemsOf: ReadonlyMap<string, PlanItem>,
): Turned {
  const item = itemsOf.get(id);
  const noRoom = item?.fits === false ? item.waitsFor : null;
  const found = residencyCheck({ reporting, reportedAt, held: heldOf.get(id) ?? null, noRoom });
  return { node, modelId, version, ...found };
}

/** What a check of the kind `residency` says of a version on a node. */
export function residencyCheck({
  reporting,
  reportedAt,
  held,
  noRoom,
}: {
  reporting: boolean;
  reportedAt: Date;
  held: Pick<HeldFacts, 'state' | 'bytesDone' | 'bytesTotal' | 'reason'> | null;
  noRoom: string | null;
}): Pick<Turned, 'state' | 'evidence'> {
  if (!reporting) {
    const said = `the node has reported nothing since ${reportedAt.toISOString()}, so it counts as holding nothing`;
    return { state: 'unreachable', evidence: { said } };
  }
  if (held?.state === 'resident') return { state: 'present', evidence: { bytes: held.bytesTotal } };
  if (noRoom !== null) return { state: 'unsupported', evidence: { said: `does not fit: ${noRoom}` } };
  if (held === null) return { state: 'missing', evidence: { said: 'not begun', residency: 'pending' } };
  const { state: residency, bytesDone, bytesTotal, reason } = held;
  return { state: 'missing', evidence: { said: reason ?? progress(held), residency, bytesDone, bytesTotal } };
}

function progress({ state, bytesDone, bytesTotal }: Pick<HeldFacts, 'state' | 'bytesDone' | 'bytesTotal'>): string {
  const done = bytesTotal === 0 ? 0 : Math.floor((100 * bytesDone) / bytesTotal);
  return state === 'pending' ? 'not begun' : `${state}, ${done} % there`;
}

const same = (a: readonly PlanItem[], b: readonly PlanItem[]): boolean => textOf(a) === textOf(b);

// Field by field: jsonb keeps no order of names. Since when an item is on the list follows from the rest.
const textOf = (items: readonly PlanItem[]): string =>
  JSON.stringify(
    items.map(({ modelId, version, role, fits, go, waitsFor, warm }) => [
      modelId,
      version,
      role,
      fits,
      go,
      waitsFor,
      warm,
    ]),
  );
