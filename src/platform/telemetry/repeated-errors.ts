import { reasonOf } from './reason-of.js';
import type { StructuredLog } from './structured-log.js';

const QUIET_MS = 60_000;
const REMEMBERED = 100;

/** Logs an error that comes again and again, as every try during an outage does, once a minute. */
export class RepeatedErrors {
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly log: StructuredLog,
    private readonly message: string,
  ) {}

  report(error: unknown): void {
    const reason = reasonOf(error);
    const now = Date.now();
    if (now - (this.loggedAt.get(reason) ?? -Infinity) < QUIET_MS) return;
    // Some messages carry an id each; the memory of them must not grow.
    if (this.loggedAt.size >= REMEMBERED) this.loggedAt.clear();
    this.loggedAt.set(reason, now);
    this.log.warn({ reason }, this.message);
  }
}
