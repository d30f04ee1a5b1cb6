import { revisionsAfter } from './load-history.js';
import { openWatch, type Watch } from './sse.js';

/** A client that watches, is disconnected, and resumes wherever it is told to, keeping all it hears in one list. */
export class RoamingWatcher {
  private watch: Watch | undefined;
  private lastId: string | undefined;
  /** Where its list begins: the revision up to which it was given a snapshot. */
  private start: number | undefined;
  private heard: number[] = [];
  /** How often it connected. */
  connects = 0;

  constructor(readonly filter: { model?: string; alias?: string }) {}

  /** Connects, at a replica, and goes on where it was. */
  async connect(url: string): Promise<void> {
    this.disconnect();
    const query = Object.fromEntries(Object.entries(this.filter));
    this.watch = await openWatch(url, { query, ...(this.lastId !== undefined && { lastId: this.lastId }) });
    this.connects += 1;
  }

  /** Goes away in the middle of whatever it is being told. */
  disconnect(): void {
    const { watch } = this;
    if (!watch) return;
    this.watch = undefined;
    watch.close();
    this.heard.push(...watch.revisions());
    this.lastId = watch.lastId() ?? this.lastId;
    // Cut off in its first snapshot, it resumes from the revision of the alias it was told of last.
    if (this.start === undefined && this.lastId !== undefined) {
      const ready = watch.events.find(({ event }) => event === 'ready');
      this.start = Number(ready?.id ?? this.lastId);
    }
  }

  /** Waits until it has heard everything up to a revision that concerns it. */
  async reaches(revision: number): Promise<void> {
    const { watch } = this;
    if (!watch) throw new Error('it is not connected');
    await watch.ready();
    const ready = watch.events.find(({ event }) => event === 'ready');
    if (Number(ready?.id) < revision) await watch.reaches(revision);
  }

  /** What it heard, and what it should have heard. */
  async account(databaseUrl: string): Promise<{ heard: number[]; happened: number[] }> {
    this.disconnect();
    return { heard: this.heard, happened: await revisionsAfter(databaseUrl, this.start ?? 0, this.filter) };
  }
}
