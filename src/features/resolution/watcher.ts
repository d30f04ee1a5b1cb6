import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ResolutionRepository } from './resolution.repository.js';
import { fits, type ChangeEvent, type Resolution, type ResolutionTable } from './resolution-table.js';

const HEARTBEAT_MS = 15_000;
// What one connection may leave unread before it is cut off: it resumes by id, and the others do not pay for it.
const MAX_UNREAD_BYTES = 1024 * 1024;
const PAGE = 500;

/** One open stream: first what is, or what was missed, then every change, in order and once. */
export class Watcher {
  private static readonly log = new Logger('watch');
  private lastSent = 0;
  // Changes that arrive while the past is still being sent.
  private waiting: ChangeEvent[] | null = [];

  constructor(
    private readonly stream: ServerResponse,
    private readonly table: ResolutionTable,
    private readonly repository: ResolutionRepository,
    private readonly filter: { model?: string; alias?: string },
  ) {}

  /** Serves the stream until it closes. `lastId`: resume after this revision; null: begin with a snapshot. */
  async run(lastId: number | null): Promise<void> {
    const { stream, table } = this;
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const unsubscribe = table.subscribe((events) => this.take(events));
    const heartbeat = setInterval(() => this.write(': still here\n\n'), HEARTBEAT_MS);
    try {
      if (lastId === null) this.snapshot();
      else await this.resume(lastId);
      const waiting = this.waiting ?? [];
      this.waiting = null;
      this.take(waiting);
      if (!stream.writableEnded && !stream.destroyed) await once(stream, 'close');
    } catch (error) {
      // The watcher finds its way back by its last id; an ended stream is all it needs to know.
      Watcher.log.warn(`a watcher could not resume: ${String(error)}`);
      stream.destroy();
    } finally {
      clearInterval(heartbeat);
      unsubscribe();
    }
  }

  private snapshot(): void {
    for (const entry of this.table.matching(this.filter)) {
      this.write(`event: snapshot\nid: ${entry.revision}\ndata: {"resolution":${entry.body.toString()}}\n\n`);
    }
    this.ready(this.table.revision);
  }

  private async resume(lastId: number): Promise<void> {
    this.lastSent = lastId;
    const remembered = this.table.since(lastId);
    if (remembered) {
      this.send(remembered);
    } else {
      const upTo = this.table.revision;
      for (let page = PAGE; page === PAGE;) {
        const missed = await this.repository.missed(this.lastSent, upTo, this.filter, PAGE);
        this.send(missed.map((change) => ({ change, resolution: this.present(change) })));
        page = missed.length;
        await this.drained();
      }
    }
    this.ready(Math.max(lastId, this.table.revision));
  }

  // Says up to where the past is told, so that even a watcher of nothing yet has a revision to resume from.
  private ready(revision: number): void {
    this.write(`event: ready\nid: ${revision}\ndata: {"revision":${revision}}\n\n`);
    this.lastSent = Math.max(this.lastSent, revision);
  }

  private take(events: ChangeEvent[]): void {
    if (this.waiting) this.waiting.push(...events);
    else this.send(events);
  }

  private send(events: ChangeEvent[]): void {
    for (const event of events) {
      const { revision } = event.change;
      if (revision <= this.lastSent || !fits(event.change, this.filter)) continue;
      this.write(`event: change\nid: ${revision}\ndata: ${render(event)}\n\n`);
      this.lastSent = revision;
    }
  }

  private present({ model, alias, revision }: ChangeEvent['change']): Resolution | null {
    const entry = this.table.get(model, alias);
    return entry?.revision === revision ? entry : null;
  }

  private write(text: string): void {
    if (this.stream.destroyed || this.stream.writableEnded) return;
    this.stream.write(text);
    if (this.stream.writableLength > MAX_UNREAD_BYTES) {
      Watcher.log.warn(`cut off a watcher that left ${this.stream.writableLength} bytes unread`);
      this.stream.destroy();
    }
  }

  private async drained(): Promise<void> {
    if (this.stream.writableNeedDrain) await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')]);
  }
}

// The same bytes for every watcher, so they are made once an event.
const rendered = new WeakMap<ChangeEvent, string>();

function render(event: ChangeEvent): string {
  const known = rendered.get(event);
  if (known !== undefined) return known;
  const text = `{"change":${JSON.stringify(event.change)},"resolution":${event.resolution?.body.toString() ?? 'null'}}`;
  rendered.set(event, text);
  return text;
}
