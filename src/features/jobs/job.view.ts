import type { JobView, LaneView } from '../../contract/views.js';
import type { FailedJob, Lane, QueueDepth } from '../../platform/queue/index.js';

/** A failed job as the API shows it. */
export function jobView({ createdAt, failedAt, ...job }: FailedJob): JobView {
  return { ...job, createdAt: createdAt.toISOString(), failedAt: failedAt.toISOString() };
}

/** A lane as the API shows it. */
export function laneView(lane: Lane, { completed: _completed, ...depth }: QueueDepth): LaneView {
  return { lane, ...depth };
}
