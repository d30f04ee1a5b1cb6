import { setMaxListeners } from 'node:events';
import type { BullConsumer, BullJob, Process } from './bull-consumer.js';
import { LANES } from './lane.js';
import type { Lane } from './lane.js';
import { backOffMs } from '../timing/back-off.js';
import type { DatabaseWatch } from './database-watch.js';
import type { JobHandlers } from './job-handlers.js';
import { JobWorker } from './job-queue.js';
import type { JobRun } from './job-queue.js';
import { missingSchema, PermanentJobError, QueueSchemaError } from './queue-errors.js';
import { reasonOf } from '../telemetry/structured-log.js';
import type { ResolvedQueueOptions } from './queue-options.js';
import { settles } from '../timing/settles.js';
import { RepeatedErrors } from '../telemetry/repeated-errors.js';

/** After the grace period the signals are aborted; handlers that ignore even that get this long, in milliseconds. */
const ABORT_MS = 2000;

/** The longest wait of a job for a database that is away, in milliseconds. */
const AWAY_MS = 10_000;

type Bull = typeof import('./bull-consumer.js');

/** Runs jobs with BullMQ, which is loaded only where a worker starts. */
export class BullJobWorker extends JobWorker {
  private consumers: readonly BullConsumer[] = [];
  private aborting = false;
  private readonly errors: RepeatedErrors;

  constructor(
    private readonly options: ResolvedQueueOptions,
    private readonly handlers: JobHandlers,
    private readonly database: DatabaseWatch,
  ) {
    super();
    this.errors = new RepeatedErrors(options.log, 'the job worker reports an error');
  }

  override async start(): Promise<void> {
    const bull = await import('./bull-consumer.js');
    if (this.consumers.length > 0) return;
    this.handlers.assertComplete();
    this.aborting = false;
    this.consumers = LANES.map((lane) => this.open(bull, lane));
    if (this.options.redisUrl !== undefined) return;
    try {
      await Promise.all(this.consumers.map((consumer) => consumer.waitUntilReady()));
    } catch (error) {
      await this.stop();
      if (error instanceof bull.SchemaMigrationRequiredError)
        throw new QueueSchemaError(missingSchema, { cause: error });
      throw error;
    }
  }

  override async stop(): Promise<void> {
    const { consumers } = this;
    this.consumers = [];
    const ended = Promise.allSettled(consumers.map((consumer) => consumer.pause()));
    if (!(await settles(ended, this.options.graceMs))) {
      this.aborting = true;
      for (const consumer of consumers) consumer.cancelAllJobs('the worker stops');
      await settles(ended, ABORT_MS);
    }
    // Forced, because a job that ignores its signal must not keep the process: its lock runs out and it runs elsewhere.
    await settles(Promise.allSettled(consumers.map((consumer) => consumer.close(true))), ABORT_MS);
  }

  private open(bull: Bull, lane: Lane): BullConsumer {
    const process: Process = (job, token, signal) =>
      this.timed(bull, lane, job, () => this.process(bull, job, token, signal));
    const consumer = bull.openConsumer(lane, this.options, process);
    consumer.on('error', (error) => this.errors.report(error));
    // Another worker may run the job now; this run should end rather than compete.
    consumer.on('lockRenewalFailed', (ids) => ids.forEach((id) => consumer.cancelJob(id, 'the job was lost')));
    consumer.on('failed', (job, error) => this.logFailure(job, error));
    return consumer;
  }

  private async process(
    { DelayedError, UnrecoverableError, WaitingError }: Bull,
    job: BullJob,
    token = '',
    signal = new AbortController().signal,
  ): Promise<void> {
    // A handler may have many questions under way that all listen; Node would suspect a leak from the eleventh on.
    setMaxListeners(0, signal);
    const handler = this.handlers.find(job.name);
    try {
      // Not permanent: while a release rolls out, a newer process may append what this one does not know yet.
      if (handler === undefined) throw new Error(`this worker has no handler for job "${job.name}"`);
      const { id = job.name, data, attemptsMade } = job;
      await handler(data, { id, attempt: attemptsMade + 1, signal, log: this.options.log });
      this.database.worked();
    } catch (error) {
      if (this.aborting && signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failures = await this.database.failures(error);
      if (failures > 0) {
        await job.moveToDelayed(Date.now() + backOffMs(failures, this.options.backOffMs, AWAY_MS), token);
        throw new DelayedError();
      }
      if (error instanceof PermanentJobError) throw new UnrecoverableError(error.message);
      throw error instanceof Error ? error : new Error(reasonOf(error));
    }
  }

  private async timed(bull: Bull, lane: Lane, { id = '', name }: BullJob, run: () => Promise<void>): Promise<void> {
    const began = performance.now();
    const ended = (outcome: JobRun['outcome']): void => {
      // A name that came from elsewhere is no name for a series.
      const job = this.handlers.find(name) === undefined ? 'unknown' : name;
      const seconds = (performance.now() - began) / 1000;
      this.ran({ id, job, lane, outcome, seconds }, (error) => this.errors.report(error));
    };
    try {
      await run();
    } catch (error) {
      const isReturned = error instanceof bull.WaitingError || error instanceof bull.DelayedError;
      ended(isReturned ? 'returned' : 'failed');
      throw error;
    }
    ended('completed');
  }

  private logFailure(job: BullJob | undefined, error: Error): void {
    const fields = { job: job?.id, name: job?.name, attempt: job?.attemptsMade, reason: reasonOf(error) };
    if (job?.finishedOn === undefined) this.options.log.warn(fields, 'a job failed and will be tried again');
    else this.options.log.error(fields, 'a job failed for good');
  }
}
