import { InvalidJobError } from './queue-errors.js';

/** What a job carries, as JSON. Keep it to identities: the handler reads the present state when it runs. */
export type JobData = Record<string, unknown>;

/** Jobs run in ascending priority: 1 first, {@link LAST_PRIORITY} last. */
export const FIRST_PRIORITY = 1;
export const DEFAULT_PRIORITY = 100;
/** The last that BullMQ takes (one below its PRIORITY_LIMIT). A job that it refuses would hold up the outbox. */
export const LAST_PRIORITY = 2_097_151;

/** A job on its way into the queue. */
export interface OutboundJob<D extends object = object> {
  readonly name: string;
  readonly data: D;
  /** From 1 (runs first) to 2,097,151 (runs last); 100 where absent. */
  readonly priority?: number;
  /** Milliseconds before the job may run; none where absent. */
  readonly delayMs?: number;
  /**
   * What the job is about. Of jobs with the same name, subject and priority at most one waits: a later one is
   * absorbed by the one that waits, and one that arrives while such a job runs is run once more afterwards. So use
   * a subject only where the handler reads the present state rather than depends on its data.
   */
  readonly subject?: string;
}

/** A job with the identity that collapses repeats: an id that the queue still knows is not added again. */
export interface IdentifiedJob extends OutboundJob {
  readonly jobId: string;
}

const isWhole = (value: number, from: number, to: number): boolean =>
  Number.isInteger(value) && value >= from && value <= to;

const problemOf = (job: OutboundJob): string | undefined => {
  if (job.name === '') return 'has an empty name';
  if (typeof job.data !== 'object' || Array.isArray(job.data)) return 'has data that is no object';
  if (job.priority !== undefined && !isWhole(job.priority, FIRST_PRIORITY, LAST_PRIORITY))
    return `has priority ${job.priority}; a whole number from ${FIRST_PRIORITY} to ${LAST_PRIORITY} is needed`;
  if (job.delayMs !== undefined && !isWhole(job.delayMs, 0, Number.MAX_SAFE_INTEGER))
    return `has delayMs ${job.delayMs}; a whole number of milliseconds from 0 is needed`;
  return job.subject === '' ? 'has an empty subject; leave the subject out instead' : undefined;
};

/**
 * Refuses a job that the queue could never take, at the place that made it.
 * @throws InvalidJobError naming the field and its value
 */
export const assertJob = (job: OutboundJob): void => {
  const problem = problemOf(job);
  if (problem !== undefined) throw new InvalidJobError(`job "${job.name}" ${problem}`);
};
