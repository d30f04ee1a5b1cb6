import { reasonOf } from './reason-of.js';
import type { StructuredLog } from './structured-log.js';

/** Follows whether something works, and tells the log once when it stops and once when it is back. */
export class Outage {
  private since: number | undefined;
  private failures = 0;

  constructor(
    private readonly log: StructuredLog,
    private readonly messages: { readonly gone: string; readonly back: string },
  ) {}

  /** @returns how many tries in a row have failed, this one included */
  failed(error: unknown): number {
    this.failures += 1;
    if (this.since === undefined) {
      this.since = performance.now();
      this.log.warn({ reason: reasonOf(error) }, this.messages.gone);
    }
    return this.failures;
  }

  worked(): void {
    if (this.since === undefined) return;
    this.log.info({ awayMs: Math.round(performance.now() - this.since), tries: this.failures }, this.messages.back);
    this.since = undefined;
    this.failures = 0;
  }
}
