import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ResolutionRepository } from './resolution.repository.js';
import { fits, type ChangeEvent, type Resolution, type ResolutionTable } from './resolution-table.js';
import { changeFrame, HEARTBEAT, readyFrame, snapshotFrame } from './watch-frames.js';
import type { WatchLimits } from './watch-limits.js';

const PAGE = 500;

/** One open stream: first what is, or what was missed, then every change, in order and once. */
export class Watcher {
  private static readonly log = new Logger('watch');
  /** Everything up to this revision is told. */
  private told = 0;
  /** Changes that arrive while the past is still being told; null once it is. */
  private waiting: ChangeEvent[] | null = [];

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
    // A quiet registry may have nothing to say for hours; whoever watches wants to know that they do.
    stream.flushHeaders();
    stream.on('error', () => undefined); // its end follows, and that is what counts
    const unsubscribe = this.table.subscribe((events) => this.take(events));
    const heartbeat = setInterval(() => this.write(HEARTBEAT), this.limits.heartbeatMs);
    try {
      await this.tellPast(lastId);
      if (this.isOpen) await once(stream, 'close');
    } catch (error) {
      // The watcher finds its way back by its last id; an ended stream is all it needs to know.
      this.cutOff(`could not resume: ${String(error)}`);
    } finally {
      clearInterval(heartbeat);
      unsubscribe();
    }
  }

  private async tellPast(lastId: number | null): Promise<void> {
    if (lastId === null || (await this.isFromElsewhere(lastId))) await this.snapshot();
    else await this.resume(lastId);
    while (this.isOpen && this.waiting && this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      await this.tell(batch);
    }
    this.waiting = null;
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
    const upTo = this.table.revision;
    const remembered = this.table.since(lastId);
    if (remembered) await this.tell(remembered);
    else await this.tellFromHistory(upTo);
    this.told = Math.max(lastId, upTo);
    this.write(readyFrame(this.told));
  }

  private async tellFromHistory(upTo: number): Promise<void> {
    for (let rows = PAGE; rows === PAGE && this.isOpen;) {
      const missed = await this.repository.missed(this.told, upTo, this.filter, PAGE);
      await this.tell(missed.map((change) => ({ change, resolution: this.present(change) })));
      rows = missed.length;
    }
  }

  /** Tells changes no faster than they are read. */
  private async tell(events: ChangeEvent[]): Promise<void> {
    for (const event of events) if (this.isNews(event)) await this.writeGently(changeFrame(event));
  }

  private take(events: ChangeEvent[] | null): void {
    // The registry started over; so does whoever watches it.
    if (events === null) this.cutOff('the registry went back in time');
    else if (this.waiting === null) for (const event of events) this.tellAtOnce(event);
    else if (this.waiting.push(...events) > this.limits.remembered) this.cutOff('falls ever further behind');
  }

  private tellAtOnce(event: ChangeEvent): void {
    if (!this.isNews(event)) return;
    this.write(changeFrame(event));
    const unread = this.stream.writableLength;
    if (unread > this.limits.unreadBytes) this.cutOff(`left ${unread} bytes unread`);
  }

  private isNews({ change }: ChangeEvent): boolean {
    if (change.revision <= this.told) return false;
    this.told = change.revision;
    return fits(change, this.filter);
  }

  private present({ model, alias, revision }: ChangeEvent['change']): Resolution | null {
    const entry = this.table.get(model, alias);
    return entry?.revision === revision ? entry : null;
  }

  private get isOpen(): boolean {
    return !this.stream.destroyed && !this.stream.writableEnded;
  }

  private write(frame: Buffer): boolean {
    return this.isOpen && this.stream.write(frame);
  }

  private async writeGently(frame: Buffer): Promise<void> {
    if (!this.isOpen || this.write(frame)) return;
    const stalled = setTimeout(() => this.cutOff('takes nothing'), this.limits.stalledMs);
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
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
