import { Logger } from '@nestjs/common';
import { ChangeMemory, type ChangeEvent } from './change-memory.js';
import { Resolution } from './resolution.js';
import type { Changes, ResolvedRow } from './resolution.repository.js';
import type { WatchLimits } from './watch-limits.js';

/** Told of every batch of changes; of null where everything was loaded anew, and no changes lead there. */
type Listener = (events: ChangeEvent[] | null) => void;

/** Every alias of the registry in memory, as of one revision, and the changes that led there. */
export class ResolutionTable {
  private static readonly log = new Logger('resolutions');
  private readonly entries = new Map<string, Resolution>();
  private readonly listeners = new Set<Listener>();
  private readonly memory: ChangeMemory;
  /** Everything up to this revision is in. */
  revision = 0;

  constructor(limits: Pick<WatchLimits, 'remembered' | 'rememberedBytes'>) {
    this.memory = new ChangeMemory(limits);
  }

  get(model: string, alias: string): Resolution | null {
    return this.entries.get(keyOf(model, alias)) ?? null;
  }

  /** The alias that an address resolves, exactly as it was sent; null for any other address. */
  at(path: string): Resolution | null {
    return this.entries.get(path) ?? null;
  }

  /** The aliases that match, in the order of their revisions. */
  matching(filter: { model?: string; alias?: string }): Resolution[] {
    if (filter.model !== undefined && filter.alias !== undefined) {
      const one = this.get(filter.model, filter.alias);
      return one ? [one] : [];
    }
    const found: Resolution[] = [];
    for (const entry of this.entries.values()) if (fits(entry, filter)) found.push(entry);
    return found.toSorted((a, b) => a.revision - b.revision);
  }

  get size(): number {
    return this.entries.size;
  }

  /** Starts over from a full load. */
  reset(revision: number, rows: ResolvedRow[]): void {
    this.entries.clear();
    for (const row of rows) this.entries.set(keyOf(row.model, row.alias), new Resolution(row));
    this.revision = revision;
    this.memory.startAfter(revision);
    this.tell(null);
  }

  /**
   * Takes in those of the changes that came after {@link revision}, then tells every listener, in order. One that throws
   * keeps no other from hearing, and nobody from going on: what came is in.
   */
  apply({ changes: found, rows }: Pick<Changes, 'changes' | 'rows'>): void {
    const changes = found.filter((change) => change.revision > this.revision);
    if (changes.length === 0) return;
    const fresh = new Map(rows.map((row) => [keyOf(row.model, row.alias), new Resolution(row)]));
    const events = changes.map((change): ChangeEvent => {
      const entry = fresh.get(keyOf(change.model, change.alias));
      return { change, resolution: entry?.revision === change.revision ? entry : null };
    });
    for (const { model, alias } of changes) {
      const key = keyOf(model, alias);
      const entry = fresh.get(key);
      if (entry) this.entries.set(key, entry);
      else this.entries.delete(key);
    }
    this.revision = changes.at(-1)?.revision ?? this.revision;
    this.memory.add(events);
    this.tell(events);
  }

  /** The changes after `revision`, or null when they are no longer all remembered. */
  since(revision: number): ChangeEvent[] | null {
    return this.memory.since(revision);
  }

  /** Calls `listener` with every batch of changes from now on; the returned function ends that. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get watchers(): number {
    return this.listeners.size;
  }

  private tell(events: ChangeEvent[] | null): void {
    const thrown: unknown[] = [];
    for (const listener of this.listeners) {
      try {
        listener(events);
      } catch (error) {
        thrown.push(error);
      }
    }
    // One line a batch: what one of many watchers stumbles over, all of them may.
    if (thrown.length > 0)
      ResolutionTable.log.error(
        `${thrown.length} who follow could not be told of a change; the first: ${String(thrown[0])}`,
      );
  }
}

/** Whether something of a model and alias is what a watcher asked for. */
export function fits(of: { model: string; alias: string }, filter: { model?: string; alias?: string }): boolean {
  return (filter.model ?? of.model) === of.model && (filter.alias ?? of.alias) === of.alias;
}

// The address itself, so that a request finds its alias in one step. No name has to be escaped in an address.
const keyOf = (model: string, alias: string): string => `/v1/models/${model}/aliases/${alias}/resolve`;
