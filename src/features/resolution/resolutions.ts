import { Injectable } from '@nestjs/common';
import { Refusal } from '../../contract/refusal.js';
import { AliasFeed, type OwnChange } from './alias-feed.js';
import { ResolutionRepository } from './resolution.repository.js';
import { Resolution } from './resolution.js';
import { ResolutionTable } from './resolution-table.js';

// How long a move waits for its own replica's memory before it answers anyway.
const REACH_MS = 1000;

/** What the registry's aliases resolve to: from memory as a rule, from the database where that is asked for. */
@Injectable()
export class Resolutions {
  private readonly waiting = new Set<() => void>();
  private closing = false;

  constructor(
    readonly table: ResolutionTable,
    private readonly feed: AliasFeed,
    private readonly repository: ResolutionRepository,
  ) {}

  /** Whole seconds since memory was last known to hold the newest revision. */
  get ageSeconds(): number {
    return Math.floor(this.feed.ageMs / 1000);
  }

  /** The alias as the database has it, or the refusal that says what is missing. */
  async strong(model: string, alias: string): Promise<Resolution | Refusal> {
    const row = await this.repository.load(model, alias);
    if (row) return new Resolution(row);
    if (await this.repository.modelExists(model)) {
      return new Refusal(
        'alias-not-found',
        `${model} has no alias ${alias}. GET /v1/models/${model}/aliases lists those it has.`,
      );
    }
    return new Refusal('model-not-found', `There is no model ${model}. GET /v1/models lists those there are.`);
  }

  /**
   * Waits until this replica's memory has taken in `revision`, so that whoever moved an alias reads their own write here.
   * Gives up quietly after a second: the move itself is committed, and memory will follow. `own` is what the caller has
   * committed, which spares asking for it.
   */
  async reach(revision: number, own?: OwnChange): Promise<void> {
    if (own) this.feed.take(own);
    void this.feed.catchUp(revision);
    await this.until(() => this.table.revision >= revision, REACH_MS);
  }

  /** Makes sure that memory holds the alias if there is one: it may have been made a moment ago on another replica. */
  async known({ model, alias }: { model: string; alias: string }): Promise<void> {
    if (this.table.get(model, alias)) return;
    const row = await this.repository.load(model, alias).catch(() => null);
    if (row) await this.reach(row.revision);
  }

  /**
   * Resolves when the alias is newer than `revision` or no longer there, after `ms`, when `signal` fires, or when this
   * replica shuts down; whichever is first.
   */
  newerThan(revision: number, of: { model: string; alias: string }, ms: number, signal: AbortSignal): Promise<void> {
    return this.until(() => (this.table.get(of.model, of.alias)?.revision ?? Infinity) > revision, ms, signal);
  }

  /** Lets everybody go who waits, now and from now on: this replica shuts down. */
  letGo(): void {
    this.closing = true;
    for (const done of this.waiting) done();
  }

  private until(holds: () => boolean, ms: number, signal?: AbortSignal): Promise<void> {
    if (holds() || this.closing || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        unsubscribe();
        this.waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const unsubscribe = this.table.subscribe(() => holds() && done());
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
