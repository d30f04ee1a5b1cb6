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
    const kind = kindOf(reason);
    const now = Date.now();
    if (now - (this.loggedAt.get(kind) ?? -Infinity) < QUIET_MS) return;
    // Some messages carry other things of their own; the memory of them must not grow.
    if (this.loggedAt.size >= REMEMBERED) this.loggedAt.clear();
    this.loggedAt.set(kind, now);
    this.log.warn({ reason }, this.message);
  }
}

/** The same sentence about another job, script or port is the same error. */
const kindOf = (reason: string): string => reason.replaceAll(/[\w-]*\d[\w-]*/g, '#');
