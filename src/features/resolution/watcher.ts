import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ChangeEvent } from './change-memory.js';
import type { Resolution } from './resolution.js';
import type { ResolutionRepository } from './resolution.repository.js';
import { fits, type ResolutionTable } from './resolution-table.js';
import { changeFrame, HEARTBEAT, readyFrame, snapshotFrame } from './watch-frames.js';
import type { WatchLimits } from './watch-limits.js';

const PAGE = 500;

/**
 * One open stream: first what is, or what was missed, then every change, in order and once. Nothing is queued for a
 * watcher that reads slowly: it takes what comes next from the memory that all share once it has read what it was sent.
 * Memory forgets, so a watcher that falls behind even that is cut off, as is one that reads nothing. Both can resume.
 */
export class Watcher {
  private static readonly log = new Logger('watch');
  /** Everything up to this revision is told. */
  private told = 0;
  /** While set, changes are not passed on as they come: what lies before them is still being told. */
  private behind = true;

  constructor(
    private readonly stream: ServerResponse,
    private readonly table: ResolutionTable,
    private readonly repository: ResolutionRepository,
    private readonly filter: { model?: string; alias?: string },
    private readonly limits: WatchLimits,
  ) {}

  /** Serves the stream until it closes. `lastId`: resume after this revision; null: begin with a snapshot. */
  async run(lastId: number | null): Promise<void> {
    const { stream } = this;
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    stream.on('error', () => undefined); // its end follows, and that is what counts
    const unsubscribe = this.table.subscribe((events) => this.hear(events));
    const heartbeat = setInterval(() => this.write(HEARTBEAT), this.limits.heartbeatMs);
    try {
      if (lastId === null || (await this.isFromElsewhere(lastId))) await this.snapshot();
      else await this.resume(lastId);
      await this.catchUp();
      if (this.isOpen) await once(stream, 'close');
    } catch (error) {
      this.cutOff(`could not resume: ${String(error)}`);
    } finally {
      clearInterval(heartbeat);
      unsubscribe();
    }
  }

  /**
   * Whether a revision is one that the registry has not reached: the id is from before it was restored from a backup, and
   * waiting for that revision would be waiting for nothing. A replica that is merely behind asks the database.
   */
  private async isFromElsewhere(lastId: number): Promise<boolean> {
    if (lastId <= this.table.revision) return false;
    return this.repository.revision().then(
      (newest) => lastId > newest,
      () => false,
    );
  }

  private async snapshot(): Promise<void> {
    const upTo = this.table.revision;
    this.told = upTo;
    for (const entry of this.table.matching(this.filter)) await this.writeGently(snapshotFrame(entry, upTo));
    this.write(readyFrame(upTo));
  }

  private async resume(lastId: number): Promise<void> {
    this.told = lastId;
    const upTo = Math.max(lastId, this.table.revision);
    while (this.told < upTo && this.isOpen) await this.tellMissed(upTo);
    this.write(readyFrame(upTo));
  }

  /** Tells what memory holds after {@link told}, or else a page of the history. Takes a step at least. */
  private async tellMissed(upTo: number): Promise<void> {
    const remembered = this.table.since(this.told);
    const missed = remembered ?? (await this.readHistory(upTo));
    for (const event of missed) {
      if (!this.isOpen) return;
      if (event.change.revision > upTo) break;
      this.told = event.change.revision;
      if (fits(event.change, this.filter)) await this.writeGently(changeFrame(event));
    }
    if (remembered || missed.length < PAGE) this.told = Math.max(this.told, upTo);
  }

  private async readHistory(upTo: number): Promise<ChangeEvent[]> {
    const changes = await this.repository.missed(this.told, upTo, this.filter, PAGE);
    return changes.map((change) => ({ change, resolution: this.present(change) }));
  }

  private present({ model, alias, revision }: ChangeEvent['change']): Resolution | null {
    const entry = this.table.get(model, alias);
    return entry?.revision === revision ? entry : null;
  }

  /** Tells what came meanwhile, until nothing is left; from then on changes are passed on as they come. */
  private async catchUp(): Promise<void> {
    while (this.told < this.table.revision && this.isOpen) await this.tellMissed(this.table.revision);
    this.behind = false;
  }

  /** A watcher that could not be told of a change has missed it: it resumes from the last one that it has read. */
  private hear(events: ChangeEvent[] | null): void {
    try {
      this.take(events);
    } catch (error) {
      this.cutOff(`could not be told of a change: ${String(error)}`);
    }
  }

  private take(events: ChangeEvent[] | null): void {
    // The registry started over; so does whoever watches it.
    if (events === null) return this.cutOff('the registry went back in time');
    if (this.behind) return;
    for (const event of events) {
      if (event.change.revision <= this.told) continue;
      this.told = event.change.revision;
      if (!fits(event.change, this.filter) || this.write(changeFrame(event))) continue;
      this.behind = true;
      this.readOn().catch((error: unknown) => this.cutOff(`could not read on: ${String(error)}`));
      return;
    }
  }

  private async readOn(): Promise<void> {
    await this.drained();
    if (this.table.since(this.told) === null) this.cutOff('reads more slowly than changes come');
    await this.catchUp();
  }

  private get isOpen(): boolean {
    return !this.stream.destroyed && !this.stream.writableEnded;
  }

  /** @returns false where what was written is not read yet, and nothing more should be */
  private write(frame: Buffer): boolean {
    return this.isOpen && this.stream.write(frame);
  }

  private async writeGently(frame: Buffer): Promise<void> {
    if (this.isOpen && !this.write(frame)) await this.drained();
  }

  private async drained(): Promise<void> {
    const stalled = setTimeout(() => this.cutOff('leaves unread what it was sent'), this.limits.stalledMs);
    await drainedOrClosed(this.stream);
    clearTimeout(stalled);
  }

  private cutOff(why: string): void {
    if (!this.isOpen) return;
    Watcher.log.warn(`cut off a watcher: ${why}`);
    this.stream.destroy();
  }
}

function drainedOrClosed(stream: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
