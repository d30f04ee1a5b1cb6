import type { JobSummaryView, JobView, Page, RetriedJobView } from '../contract/views.js';
import { AliasCalls } from './alias-calls.js';
import type { CallOptions, PageInput } from './inputs.js';
import { retryPath } from './paths.js';

/** The calls about background jobs. Refused with `queue-unavailable` while the job queue is away. */
export class JobCalls extends AliasCalls {
  /** The jobs that failed for good, latest first. */
  failedJobs(page?: PageInput, options?: CallOptions): Promise<Page<JobView>> {
    return this.read('/v1/jobs', { state: 'failed', ...page }, options);
  }

  /** How many jobs wait, run and failed, lane by lane, and what waits in the outbox. */
  jobSummary(options?: CallOptions): Promise<JobSummaryView> {
    return this.read('/v1/jobs/summary', {}, options);
  }

  /** Runs a failed job again. Refused with `job-not-failed` where somebody did so before. */
  retryJob(id: string, options?: CallOptions): Promise<RetriedJobView> {
    return this.body({ method: 'POST', path: retryPath(id), ...options });
  }
}
