import { Histogram, type Registry } from 'prom-client';
import type { JobWorker } from '../../platform/queue/index.js';

/** From a job that finds nothing to do to one that reads bytes for its whole slice, in seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Lets Prometheus see how many jobs of each kind this process ran, how long each took, and how that ended. */
export function addRunMetrics(worker: JobWorker, registry: Registry): void {
  const runs = new Histogram({
    name: 'lastgood_job_run_seconds',
    help: 'Runs of jobs in this process: how long, and how each ended',
    labelNames: ['job', 'lane', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  worker.onRun(({ job, lane, outcome, seconds }) => runs.observe({ job, lane, outcome }, seconds));
}
