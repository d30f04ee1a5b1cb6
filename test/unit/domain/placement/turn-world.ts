import type { Pool } from '../../../../src/domain/placement/pool.js';
import type { ResidencyState } from '../../../../src/domain/residency.js';
import { makePlans, told, type Wanted } from '../../../../src/features/nodes/make-plans.js';
import type { NodeFacts, PlanItem } from '../../../../src/features/nodes/plan.repository.js';

interface List {
  revision: number;
  items: readonly PlanItem[];
}
type States = Map<number, ResidencyState>;

/** A node: what the registry knows of it, and its agent, with what is on the way between the two. */
export interface SimNode {
  facts: NodeFacts;
  list: List | null;
  /** The version that it fetches. Versions are told apart by their numbers. */
  pulls: number | null;
  states: States;
  sent: { states: States; revision: number | null } | null;
  answer: List | null;
  /** It came back with a list from before its lease ended, by which it may fetch until it follows a newer one. */
  returnedAt: number | null;
}

const DISK = { budgetBytes: 1e12, usedBytes: 0, freeBytes: 1e12 };
const ROLES = ['live', 'target', 'candidate'] as const;

/** Nodes, agents and a planner over time. Each step is one thing that happens; whatever is not called did not happen. */
export class TurnWorld {
  readonly nodes: SimNode[] = [];
  now = 1_000_000;
  revision = 0;
  wanted: Wanted[] = [];

  constructor(
    /** The pool of each version there is. */
    readonly pools: readonly (Pool | null)[],
    readonly most: number,
  ) {}

  join(labels: Record<string, string>): void {
    const node = `n${this.nodes.length}`;
    const unplanned = {
      residedAt: null,
      revision: 0,
      followed: null,
      held: null,
      items: null,
      slots: null,
      setbacks: null,
      seen: null,
    };
    const facts = { node, labels, disk: DISK, reporting: true, reportedAt: new Date(0), ...unplanned };
    const idle = { list: null, pulls: null, sent: null, answer: null, returnedAt: null };
    this.nodes.push({ facts, states: new Map(), ...idle });
  }

  /** What aliases point at: these versions, the first one live, the second a target, and so on. */
  move(versions: readonly number[]): void {
    this.wanted = versions.map((version, at) => {
      const role = ROLES[at % ROLES.length] ?? 'live';
      const about = { id: `1/${version}`, modelId: 1, model: 'm', version, role };
      return { ...about, pool: this.pools[version] ?? null, blobs: [], hasImage: false };
    });
  }

  /** Plans on some replica: all that one plan leaves to the next went through the database. Says how many lists it wrote. */
  plan(): number {
    const clock = { now: this.now, revision: this.revision + 1 };
    const facts = this.nodes.map((node) => node.facts);
    const { plans } = makePlans(facts, this.wanted, { limit: { nodes: this.most }, ...clock });
    if (plans.some(({ revised }) => revised)) this.revision = clock.revision;
    for (const { node, revised, ...kept } of JSON.parse(JSON.stringify(plans)) as typeof plans) {
      const one = this.nodes.find(({ facts: { node: name } }) => name === node);
      if (one !== undefined)
        one.facts = { ...one.facts, ...kept, slots: [...kept.slots], setbacks: [...kept.setbacks] };
      if (one !== undefined && revised) one.facts.revision = clock.revision;
    }
    return plans.length;
  }

  ask(node: SimNode): void {
    if (node.facts.reporting) node.answer ??= { revision: node.facts.revision, items: told(node.facts.items ?? []) };
  }

  /** The agent follows what it was answered: it leaves what is off the list, or comes after something else now. */
  follow(node: SimNode): void {
    if (node.answer === null) return;
    const { revision } = node.answer;
    if (revision > 0 && revision >= (node.list?.revision ?? 0)) node.list = node.answer;
    node.answer = null;
    const onList = new Set(node.list?.items.map(({ version }) => version));
    for (const [version, state] of node.states)
      if (!onList.has(version) && state !== 'resident') node.states.delete(version);
    if (node.pulls !== null && this.next(node) !== node.pulls) this.leave(node);
    this.settle(node);
  }

  start(node: SimNode): void {
    node.pulls ??= this.next(node);
    if (node.pulls !== null) node.states.set(node.pulls, 'downloading');
  }

  end(node: SimNode, state: 'resident' | 'failed'): void {
    if (node.pulls !== null) {
      // What ended last stands last.
      node.states.delete(node.pulls);
      node.states.set(node.pulls, state);
    }
    node.pulls = null;
    this.settle(node);
  }

  send(node: SimNode): void {
    node.sent ??= { states: new Map(node.states), revision: node.list?.revision ?? null };
  }

  arrive(node: SimNode): void {
    if (node.sent === null || !node.facts.reporting) return;
    const { states, revision } = node.sent;
    const before = new Map(node.facts.held?.map((held) => [held.version, held]));
    const held = [...states].map(([version, state]) => {
      const was = before.get(version);
      const since = was?.state === state ? was.since : this.now;
      return { modelId: 1, version, state, weights: state, image: null, since, ...NOTHING_MORE };
    });
    node.facts = { ...node.facts, held, followed: revision ?? node.facts.followed, residedAt: this.now };
    node.sent = null;
  }

  lose(node: SimNode): void {
    node.sent = null;
    node.answer = null;
  }

  /** The node cannot reach the registry, or it died, and its lease ends. */
  goSilent(node: SimNode): void {
    this.lose(node);
    node.facts = { ...node.facts, reporting: false };
  }

  comeBack(node: SimNode): void {
    if (!node.facts.reporting) node.returnedAt = this.revision;
    node.facts = { ...node.facts, reporting: true };
  }

  /**
   * How many nodes fetch of a pool. Left out are those that nobody has heard of for the length of a lease, and those
   * that do so by a list from before they came back.
   */
  pulling(pool: Pool | null): number {
    const key = JSON.stringify(pool);
    const fetches = ({ pulls }: SimNode) => pulls !== null && JSON.stringify(this.pools[pulls] ?? null) === key;
    const counts = ({ facts, returnedAt }: SimNode) => facts.reporting && returnedAt === null;
    return this.nodes.filter((node) => counts(node) && fetches(node)).length;
  }

  /**
   * What the agent fetches: the first that it may, or that it fetches already. What failed waits before it is tried
   * again, and lets the others go first meanwhile, also those that failed before it.
   */
  private next({ list, pulls, states }: SimNode): number | null {
    const open = list?.items.filter(
      ({ go, version }) => (go || pulls === version) && states.get(version) !== 'resident',
    );
    const mayFetch = new Set(open?.map(({ version }) => version));
    const failedFirst = [...states].find(([version, state]) => state === 'failed' && mayFetch.has(version))?.[0];
    return open?.find(({ version }) => states.get(version) !== 'failed')?.version ?? failedFirst ?? null;
  }

  /** One that came back is as the others once it follows a newer list and is done with what it began by the old one. */
  private settle(node: SimNode): void {
    if (node.pulls === null && (node.list?.revision ?? 0) > (node.returnedAt ?? Infinity)) node.returnedAt = null;
  }

  private leave(node: SimNode): void {
    if (node.pulls !== null) node.states.set(node.pulls, 'pending');
    node.pulls = null;
  }
}

const NOTHING_MORE = { bytesDone: 0, bytesTotal: 0, reason: null };
