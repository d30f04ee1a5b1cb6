import type { AssignmentsView, AssignmentView, ResidencyPartView } from '../../contract/node-views.js';
import { nameOf, type NodeCache, type VersionKey } from '../cache/index.js';
import { Bell } from './bell.js';
import type { ResidencyReport } from './node-registry.js';
import { residencyItems } from './residency.js';

/**
 * Whose the node's name is: not known before the registry answered, this agent's, or another one's that reports. While
 * it is another's, its list says what must lie on another machine.
 */
export type Standing = 'unknown' | 'ours' | 'taken';

/** What the registry has not been told yet: nothing, that bytes came, or that something is in another state now. */
export type News = 'none' | 'progress' | 'state';

/** What the agent's loops share: the list that is followed, whose the name is, and how far everything has come. */
export class NodeState {
  readonly #weights = new Map<string, ResidencyPartView>();
  readonly #images = new Map<string, ResidencyPartView>();
  readonly #damaged = new Map<string, string>();
  readonly #bells: Bell[] = [];
  readonly #watchers: (() => void)[] = [];
  readonly reportBell = new Bell();
  #plan: AssignmentsView | null = null;
  #standing: Standing = 'unknown';
  #news: News = 'state';

  constructor(
    private readonly cache: NodeCache,
    /** False where this agent leaves images to others. */
    private readonly tellsImages: boolean,
  ) {}

  get plan(): AssignmentsView | null {
    return this.#plan;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** What must lie here, in the order in which to fetch it; empty while that is another agent's to say. */
  get assignments(): readonly AssignmentView[] {
    return this.#standing === 'taken' ? [] : (this.#plan?.assignments ?? []);
  }

  /** A bell that rings at each new list, and when the name becomes this agent's or another's. */
  bell(): Bell {
    const bell = new Bell();
    this.#bells.push(bell);
    return bell;
  }

  /** Called at once where the bells ring. */
  onChange(told: () => void): void {
    this.#watchers.push(told);
  }

  follow(plan: AssignmentsView): void {
    this.#plan = plan;
    const names = new Set(plan.assignments.map((one) => nameOf(one)));
    const images = new Set(plan.assignments.map(({ image }) => image));
    for (const name of this.#weights.keys()) if (!names.has(name)) this.#weights.delete(name);
    for (const name of this.#damaged.keys()) if (!names.has(name)) this.#damaged.delete(name);
    for (const image of this.#images.keys()) if (!images.has(image)) this.#images.delete(image);
    this.cache.need(plan.assignments);
    this.#changed();
  }

  stand(standing: Standing): void {
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#changed();
  }

  /** These versions lie here no more, and why: the loops look again, and the reason is told until they are back. */
  damaged(versions: readonly VersionKey[], why: string): void {
    for (const key of versions) this.#damaged.set(nameOf(key), why);
    this.#changed();
  }

  /** What must not be evicted: all that is assigned. Everything, as long as nobody knows what that is. */
  protectedVersions(): VersionKey[] {
    const knows = this.#plan !== null && this.#standing !== 'taken';
    return knows ? [...this.assignments] : this.cache.versions();
  }

  /** Null takes away what was said of the version. */
  setWeights(key: VersionKey, part: ResidencyPartView | null): void {
    this.#set(this.#weights, nameOf(key), part);
  }

  /** Null takes away what was said of the image. */
  setImage(image: string, part: ResidencyPartView | null): void {
    this.#set(this.#images, image, part);
  }

  get news(): News {
    return this.#news;
  }

  /** All that the registry is to be told now; from then on there is no news. */
  report(agent: string): ResidencyReport {
    this.#news = 'none';
    const cached = this.cache.versions();
    for (const one of cached) if (one.state === 'resident') this.#damaged.delete(nameOf(one));
    const held = {
      assignments: this.assignments,
      cached,
      damaged: this.#damaged,
      weights: this.#weights,
      images: this.tellsImages ? this.#images : null,
    };
    return { agent, revision: this.#plan?.revision ?? 0, items: residencyItems(held) };
  }

  /** Something is to be told, at once or with the next report. */
  tell(news: News): void {
    if (news === 'state' || this.#news === 'none') this.#news = news;
    this.reportBell.ring();
  }

  #set(parts: Map<string, ResidencyPartView>, name: string, part: ResidencyPartView | null): void {
    const before = parts.get(name)?.state;
    if (part === null) parts.delete(name);
    else parts.set(name, part);
    this.tell(before === part?.state ? 'progress' : 'state');
  }

  #changed(): void {
    for (const bell of this.#bells) bell.ring();
    for (const told of this.#watchers) told();
    this.tell('state');
  }
}
