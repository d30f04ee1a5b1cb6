import type { JobType } from './define-job.js';
import { JobHandlerError } from './queue-errors.js';
import type { QueueLog } from './queue-log.js';

/** What a handler learns about this run. */
export interface JobContext {
  /** The queue's name of this job: the same at every try. */
  readonly id: string;
  /** 1 on the first try. A run that was lost with its process, or that met no database, is not counted as a try. */
  readonly attempt: number;
  /** Aborted when the worker stops or has lost the job to another worker: leave soon, by throwing. */
  readonly signal: AbortSignal;
  readonly log: QueueLog;
}

/**
 * Does the work of one kind of job. It must be idempotent: after a crash, a lost connection or an expired lock the same
 * job runs again, at times beside the first run. Throwing means another try later; {@link PermanentJobError} means none.
 */
export type JobHandler<D extends object = object> = {
  // Written as a method, so that a handler of one kind of data may stand in the list of all handlers: a job's data has
  // the type that its definition gave it when it was made, and the wire keeps no types.
  run(data: D, context: JobContext): Promise<void>;
}['run'];

/** Which handler runs which job. Every declared job has exactly one, or the process does not start. */
export class JobHandlers {
  private readonly declared: ReadonlySet<string>;
  private readonly handlers = new Map<string, JobHandler>();

  /**
   * @param jobs every kind of job that this product appends
   * @throws JobHandlerError `job_declared_twice`
   */
  constructor(jobs: readonly { readonly name: string }[]) {
    this.declared = new Set(jobs.map((job) => job.name));
    const twice = jobs.map((job) => job.name).filter((name, index, names) => names.indexOf(name) !== index);
    if (twice.length > 0) throw new JobHandlerError('job_declared_twice', twice, `declared twice: ${twice.join(', ')}`);
  }

  /**
   * Registers the handler of one kind of job.
   * @throws JobHandlerError `job_undeclared` or `job_handler_duplicate`
   */
  handle<D extends object>(job: JobType<D>, handler: JobHandler<D>): void {
    this.assertDeclared(job.name);
    if (this.handlers.has(job.name))
      throw new JobHandlerError('job_handler_duplicate', [job.name], `job "${job.name}" has a handler already`);
    this.handlers.set(job.name, handler);
  }

  /** The handler of a job, or nothing where this process knows none. */
  find(name: string): JobHandler | undefined {
    return this.handlers.get(name);
  }

  /** @throws JobHandlerError `job_undeclared` for a name that the product's list of jobs lacks */
  assertDeclared(name: string): void {
    if (this.declared.has(name)) return;
    const known = [...this.declared].toSorted().join(', ') || 'none';
    throw new JobHandlerError('job_undeclared', [name], `job "${name}" is not declared; declared are: ${known}`);
  }

  /** @throws JobHandlerError `job_handler_missing` naming every declared job without a handler */
  assertComplete(): void {
    const missing = [...this.declared].filter((name) => !this.handlers.has(name));
    if (missing.length === 0) return;
    throw new JobHandlerError('job_handler_missing', missing, `no handler for: ${missing.join(', ')}`);
  }
}
