import { setTimeout as sleep } from 'node:timers/promises';
import { Outage } from '../telemetry/outage.js';
import type { StructuredLog } from '../telemetry/structured-log.js';
import { backOffMs } from './back-off.js';

const RETRY_CAP_MS = 60_000;

export interface TickerOptions {
  /** What is done again and again, as the log names it: "the check schedule". */
  readonly name: string;
  /** Milliseconds before the first turn; none where absent. */
  readonly afterMs?: number;
  /** Milliseconds from the end of one turn to the beginning of the next. */
  readonly everyMs: number;
  /** One turn. The signal is aborted when the ticker stops. What it throws is logged, and it is called again later. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly log: StructuredLog;
}

/** Calls something again and again until it is stopped, one call at a time; after a failure it waits longer. */
export class Ticker {
  private readonly outage: Outage;
  private stopped = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: TickerOptions) {
    const { name, log } = options;
    this.outage = new Outage(log, { gone: `${name} does not work; it is tried again`, back: `${name} works again` });
  }

  /** Begins. A ticker that runs already is left alone. */
  start(): void {
    if (this.running !== undefined) return;
    this.stopped = new AbortController();
    this.running = this.run(this.stopped.signal);
  }

  /** Returns once the turn under way has ended. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
    this.running = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { afterMs = 0, everyMs, work } = this.options;
    if (afterMs > 0) await sleep(afterMs, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted) {
      let waitMs = everyMs;
      try {
        await work(signal);
        this.outage.worked();
      } catch (error) {
        if (signal.aborted) return;
        waitMs = backOffMs(this.outage.failed(error), everyMs, Math.max(everyMs, RETRY_CAP_MS));
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
