import { backOffMs, sleep } from '../../client/back-off.js';
import { LastgoodError } from '../../client/errors.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import type { NodeRegistry } from './node-registry.js';
import type { NodeState, News } from './node-state.js';
import { isNodeTaken, type Presence } from './presence.js';

export interface ReporterOptions {
  readonly node: string;
  readonly agent: string;
  readonly registry: NodeRegistry;
  readonly state: NodeState;
  readonly presence: Presence;
  readonly log: StructuredLog;
  /** Between two reports while only bytes come, in milliseconds. */
  readonly progressMs: number;
}

const RETRY = { baseMs: 500, capMs: 15_000 };

/**
 * How long until the next report, in milliseconds: none once something is in another state, at most `progressMs` while
 * bytes come. Renewals bring news of their own.
 */
export function reportDueMs(news: News, sinceLastMs: number, progressMs: number): number {
  if (news === 'state') return 0;
  return news === 'none' ? Infinity : Math.max(0, progressMs - sinceLastMs);
}

/** Tells the registry what lies here and what moves. */
export class Reporter {
  readonly #errors: RepeatedErrors;

  constructor(private readonly options: ReporterOptions) {
    this.#errors = new RepeatedErrors(options.log, 'the registry could not be told what lies here');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { state, progressMs } = this.options;
    let reportedAt = -Infinity;
    for (let failures = 0; ;) {
      const dueMs =
        state.standing === 'ours' ? reportDueMs(state.news, performance.now() - reportedAt, progressMs) : Infinity;
      if (dueMs > 0) {
        await state.reportBell.wait(dueMs, signal);
        continue;
      }
      const { news } = state;
      reportedAt = performance.now();
      try {
        await this.#report(signal);
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        state.tell(news);
        if (this.#nodeIsGone(error)) await state.reportBell.wait(Infinity, signal);
        else {
          this.#errors.report(error);
          // The bell would end the wait: it has rung for what was just to be told, and rings with all that changes.
          await sleep(backOffMs(failures, RETRY), signal);
          failures += 1;
        }
      }
    }
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { registry, node, agent, state } = this.options;
    await registry.reportResidency(node, state.report(agent), { signal, retries: 0 });
  }

  /** Whether the registry does not know this agent's node any more; whoever renews the lease finds out more. */
  #nodeIsGone(error: unknown): boolean {
    const isGone = error instanceof LastgoodError && (error.status === 404 || isNodeTaken(error));
    if (isGone) this.options.state.stand(isNodeTaken(error) ? 'taken' : 'unknown');
    if (isGone) this.options.presence.registerNow();
    return isGone;
  }
}
