import type { Schema } from './setting.js';

/** How background jobs are run and watched, and how long those that were given up are kept. */
export interface JobSettings {
  readonly workerListen: string;
  readonly jobConcurrency: number;
  readonly bulkJobConcurrency: number;
  readonly jobAttempts: number;
  readonly failedJobRetentionSeconds: number;
}

const day = 24 * 60 * 60;

/** The settings of the background jobs. */
export const jobSettings: Schema<JobSettings> = {
  workerListen: {
    doc: 'Where `lastgood worker` answers `/healthz`, `/readyz` and `/metrics`, without a token; when empty, nowhere.',
    format: 'listen-address',
    default: '',
    env: 'LASTGOOD_WORKER_LISTEN',
    flag: '--listen',
  },
  jobConcurrency: {
    doc: 'Prompt jobs, such as the checks after a move, that one worker runs at the same time.',
    format: 'whole-number',
    min: 1,
    max: 1000,
    default: 4,
    env: 'LASTGOOD_JOB_CONCURRENCY',
  },
  bulkJobConcurrency: {
    doc: 'Bulk jobs, such as sweeps and the reading of bytes, that one worker runs at the same time beside those.',
    format: 'whole-number',
    min: 1,
    max: 1000,
    default: 2,
    env: 'LASTGOOD_BULK_JOB_CONCURRENCY',
  },
  jobAttempts: {
    doc: 'How often a failing job is tried before it is given up.',
    format: 'whole-number',
    min: 1,
    max: 100,
    default: 8,
    env: 'LASTGOOD_JOB_ATTEMPTS',
  },
  failedJobRetentionSeconds: {
    doc: 'How long a job that was given up is kept to be looked at and run again, in seconds. On Redis, the newest 10,000 of each lane at most.',
    format: 'whole-number',
    min: 7 * day,
    max: 3650 * day,
    default: 14 * day,
    env: 'LASTGOOD_FAILED_JOB_RETENTION_SECONDS',
  },
};
