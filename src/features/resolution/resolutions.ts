import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../contract/refusal.js';
import { AliasFeed } from './alias-feed.js';
import { ResolutionRepository } from './resolution.repository.js';
import { ResolutionTable, toResolution, type Resolution } from './resolution-table.js';

// How long a move waits for its own replica's memory before it answers anyway.
const REACH_MS = 1000;

/** What the registry's aliases resolve to: from memory as a rule, from the database where that is asked for. */
@Injectable()
export class Resolutions {
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
    if (row) return toResolution(row);
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
   * Gives up quietly after a second: the move itself is committed, and memory will follow.
   */
  async reach(revision: number): Promise<void> {
    if (this.table.revision >= revision) return;
    const timeout = new AbortController();
    await Promise.race([this.catchUpTo(revision), sleep(REACH_MS, undefined, { signal: timeout.signal })]).catch(
      () => undefined,
    );
    timeout.abort();
  }

  /** Resolves when the alias is newer than `revision`, or after `ms`, or when `signal` fires; whichever is first. */
  newerThan(revision: number, of: { model: string; alias: string }, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const isNewer = () => (this.table.get(of.model, of.alias)?.revision ?? 0) > revision;
      if (isNewer() || signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unsubscribe = this.table.subscribe(() => isNewer() && done());
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }

  private async catchUpTo(revision: number): Promise<void> {
    await this.feed.catchUp();
    // A run that was under way may have read just before our commit; the next one began after it.
    if (this.table.revision < revision) await this.feed.catchUp();
  }
}
