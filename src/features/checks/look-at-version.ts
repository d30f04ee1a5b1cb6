import { Injectable } from '@nestjs/common';
import { nestLog, reasonOf } from '../../platform/telemetry/structured-log.js';
import { LONGEST_EVIDENCE, shownText } from '../../stores/shown-text.js';
import type { Observation } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import { MarkRepository } from './mark.repository.js';
import type { LookOptions, Found, Need } from './need.js';
import { RecordChecks } from './record-checks.js';
import { RoundRepository, type Round } from './round.repository.js';

/** How many subjects one job looks at side by side. Its stores may let fewer through. */
const AT_ONCE = 16;
/** How many observations are recorded together. Those under way when a worker is killed are made again. */
const BATCH = 256;
/** How long one job goes on before it lets others have its place, in milliseconds. */
const SLICE_MS = 10_000;

interface Seen {
  readonly look: Omit<Observation, 'modelId' | 'version'>;
  readonly found: Found;
}

/** How a slice of a look ended. */
export interface Looked {
  /** The round as it now stands where subjects are left; null where all are done, or another job has the round. */
  readonly left: Round | null;
  readonly overtaken: boolean;
  /** Whether there are artifacts that only reading their bytes can tell of. */
  readonly doubts: boolean;
}

/** Looks at the needs of a version from where its round stands, records what it sees as it goes, and stops in time. */
@Injectable()
export class LookAtVersion {
  private readonly log = nestLog('Checks');

  constructor(
    private readonly recordChecks: RecordChecks,
    private readonly rounds: RoundRepository,
    private readonly marks: MarkRepository,
  ) {}

  /**
   * Looks at one slice. Running twice records two looks, and both are true.
   * @throws the signal's reason, and what the database throws
   */
  async execute(key: VersionKey, needs: readonly Need[], from: Round, options: LookOptions): Promise<Looked> {
    const until = performance.now() + SLICE_MS;
    let round: Round | null = from;
    let recorded: Promise<Round | null> = Promise.resolve(from);
    let doubts = false;
    for (let next = from.position; next < needs.length && performance.now() < until;) {
      const seen = await this.observe(needs.slice(next, next + BATCH), until, options);
      doubts ||= seen.some(({ found }) => found.doubt);
      // The next subjects are asked about while these are recorded.
      round = await recorded;
      if (round === null) break;
      next += seen.length;
      recorded = this.record(key, round, seen, next);
      recorded.catch(() => undefined);
    }
    round = await recorded;
    const left = round !== null && round.position < needs.length ? round : null;
    return { left, overtaken: round === null, doubts };
  }

  /** Observes needs in their order until there are no more or the time is up; always at least one. */
  private async observe(needs: readonly Need[], until: number, options: LookOptions): Promise<Seen[]> {
    const seen: Seen[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let need = needs[next]; need !== undefined; need = needs[next]) {
        const place = next;
        next += 1;
        seen[place] = await this.observed(need, options);
        if (performance.now() >= until) return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, needs.length) }, lane));
    return seen;
  }

  private async observed(need: Need, options: LookOptions): Promise<Seen> {
    const { kind, subject } = need;
    const observedAt = new Date();
    const began = performance.now();
    const found = await need.observe(options).catch((error: unknown) => this.surprise(subject, error, options));
    options.signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - began);
    const { state, evidence } = found;
    return { look: { kind, subject, state, evidence, durationMs, observedAt }, found };
  }

  // One subject that cannot even be asked about must not keep the others from being looked at.
  private surprise(subject: string, error: unknown, { signal }: LookOptions): Found {
    signal.throwIfAborted();
    const reason = shownText(reasonOf(error), LONGEST_EVIDENCE);
    this.log.error({ subject, reason }, 'a check could not be made');
    return { state: 'unreachable', evidence: { said: `the check itself failed: ${reason}` } };
  }

  private async record(key: VersionKey, round: Round, seen: readonly Seen[], to: number): Promise<Round | null> {
    await this.recordChecks.execute(seen.map(({ look }) => ({ ...look, ...key })));
    await this.marks.add(
      key,
      seen.flatMap(({ found }) => found.news ?? []),
    );
    return this.rounds.advance(key, 'look', round, to);
  }
}
