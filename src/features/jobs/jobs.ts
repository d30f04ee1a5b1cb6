import { Injectable } from '@nestjs/common';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { JobSummaryView, JobView, Page, RetriedJobView } from '../../contract/views.js';
import { pageOf, readPage } from '../../platform/http/page.js';
import {
  JobQueue,
  LANES,
  OutboxRepository,
  QueueSchemaError,
  QueueUnavailableError,
  type FailedCursor,
  type FailedJob,
} from '../../platform/queue/index.js';
import { jobView, laneView } from './job.view.js';

/** What an operator does with background jobs: see what waits, see what was given up, and run that again. */
@Injectable()
export class Jobs {
  constructor(
    private readonly queue: JobQueue,
    private readonly outbox: OutboxRepository,
  ) {}

  /** A page of the jobs that failed for good, latest first. */
  async listFailed(query: Record<string, string>): Promise<Page<JobView> | Refusal> {
    const { state = 'failed' } = query;
    if (state !== 'failed')
      return refuseField('state', state, 'must be failed: jobs that wait or run are counted by /v1/jobs/summary');
    const page = readPage(query, 'time-and-name');
    if (page instanceof Refusal) return page;
    const jobs = await this.asking(() => this.queue.failed(page.size + 1, cursorOf(page.after)));
    return jobs instanceof Refusal ? jobs : pageOf(jobs, page, keyOf, jobView);
  }

  /** How much of everything there is. */
  async summary(): Promise<JobSummaryView | Refusal> {
    const depths = await this.asking(() => this.queue.depths());
    if (depths instanceof Refusal) return depths;
    const { rows, oldestMs } = await this.outbox.backlog();
    const lanes = LANES.map((lane) => laneView(lane, depths[lane]));
    return { lanes, outbox: { rows, oldestSeconds: Math.floor(oldestMs / 1000) } };
  }

  /** Lets a failed job run again. */
  async retry(id: string): Promise<RetriedJobView | Refusal> {
    const result = await this.asking(() => this.queue.retry(id));
    if (result instanceof Refusal) return result;
    if (result.retried) return { id, state: 'waiting' };
    if (result.code === 'job_not_found') {
      return new Refusal('job-not-found', `There is no job "${id}". \`lastgood jobs\` lists the failed ones.`);
    }
    const detail = `Job "${id}" waits, runs or is done. \`lastgood jobs\` lists the failed ones.`;
    return new Refusal('job-not-failed', detail);
  }

  private async asking<T>(ask: () => Promise<T>): Promise<T | Refusal> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof QueueSchemaError) {
        return new Refusal('queue-unavailable', 'The database has no tables for jobs. Run `lastgood migrate` once.');
      }
      if (error instanceof QueueUnavailableError) return new Refusal('queue-unavailable', await this.advice());
      throw error;
    }
  }

  private async advice(): Promise<string> {
    const backlog = await this.outbox.backlog().catch(() => undefined);
    const waiting = backlog === undefined ? '' : ` ${backlog.rows} of them wait now.`;
    return (
      'Moves and rollbacks go on; their jobs wait in the outbox and run once the queue is back.' +
      `${waiting} See to Redis (REDIS_URL), or without it to PostgreSQL, then ask again.`
    );
  }
}

// Jobs fail in the same millisecond too; the id tells those apart.
const keyOf = ({ failedAt, id }: FailedJob): string => `${failedAt.getTime()}/${id}`;

function cursorOf(key: string | null): FailedCursor | undefined {
  if (key === null) return undefined;
  const slash = key.indexOf('/');
  return { failedAt: new Date(Number(key.slice(0, slash))), id: key.slice(slash + 1) };
}
