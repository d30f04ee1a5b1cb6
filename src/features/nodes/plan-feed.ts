import { PgListener } from '../../platform/database/listen/pg-listener.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { PLAN_CHANNEL } from './plan.repository.js';

/** Wakes whoever waits for a node's plan once a new one is committed, on whatever replica that was. */
export class PlanFeed {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly listener: PgListener;
  private closing = false;

  constructor(databaseUrl: string) {
    const log = nestLog('plan-feed');
    this.listener = new PgListener({ databaseUrl, channel: PLAN_CHANNEL, onNotify: (node) => this.wake(node), log });
  }

  start(): void {
    this.listener.start();
  }

  async stop(): Promise<void> {
    await this.listener.stop();
  }

  /** How many wait. */
  get size(): number {
    return [...this.waiting.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Lets everybody go who waits, now and from now on: this replica shuts down. */
  letGo(): void {
    this.closing = true;
    this.wake();
  }

  /**
   * Begins to listen for the node at once, so that what is announced between a look and the wait is not missed. `next`
   * resolves when the node may have a new plan: true; or false, for the last time, after `ms`, when `signal` fires, or
   * when this replica shuts down. Call `end` when nobody waits any more.
   */
  listen(node: string, ms: number, signal: AbortSignal): { next(): Promise<boolean>; end(): void } {
    let over = this.closing || signal.aborted || ms <= 0;
    let news = false;
    let wakeUp: () => void = () => undefined;
    const told = () => {
      if (this.closing) over = true;
      else news = true;
      wakeUp();
    };
    const stop = () => {
      over = true;
      wakeUp();
    };
    const timer = setTimeout(stop, Math.max(0, ms));
    signal.addEventListener('abort', stop);
    const mine = this.waiting.get(node) ?? new Set();
    this.waiting.set(node, mine.add(told));
    return {
      next: async () => {
        if (!over && !news) await new Promise<void>((resolve) => (wakeUp = resolve));
        news = false;
        return !over;
      },
      end: () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        mine.delete(told);
        if (mine.size === 0 && this.waiting.get(node) === mine) this.waiting.delete(node);
      },
    };
  }

  // Without a node after a reconnect: what was announced meanwhile is lost, so everybody looks.
  private wake(node?: string): void {
    const woken = node ? [this.waiting.get(node) ?? []] : [...this.waiting.values()];
    for (const told of woken.flatMap((set) => [...set])) told();
  }
}
