import { URGENCIES, type Depth } from '../../domain/check-schedule.js';
import { defineJob, type OutboundJob } from '../../platform/queue/index.js';

/** Which version a job is about. */
export interface VersionKey {
  modelId: number;
  version: number;
}

/**
 * Looks at everything that a version needs, soon: after a registration, after a move, or when somebody asks. `turn` is
 * the round that it goes on with; left out, it begins a new one.
 */
export const CHECK_VERSION = defineJob<VersionKey & { turn?: number }>('version.check');

/** Goes on with the scheduled look at a version. */
export const SWEEP_VERSION = defineJob<VersionKey>('version.sweep', { lane: 'bulk' });

/** Goes on reading the bytes of a version's artifacts. */
export const READ_VERSION = defineJob<VersionKey>('version.read', { lane: 'bulk' });

/** Deletes observations that are older than they are to be kept. */
export const PRUNE_HISTORY = defineJob<Record<string, never>>('checks.prune', { lane: 'bulk' });

/** Every kind of job of this feature. */
export const CHECK_JOBS = [CHECK_VERSION, SWEEP_VERSION, READ_VERSION, PRUNE_HISTORY];

/** The priority of what a move sets going: somebody may need the version within minutes. */
export const URGENT = 10;

/** The priority of a check that somebody asks for. */
export const ASKED = 20;

// From 200 on, behind what people and moves set going. Reading comes behind looking at the equally urgent, since a job of it
// takes much longer, but ahead of looking at the less urgent: a new target's bytes do not wait for a sweep of old versions.
const FIRST = { look: 200, deep: 250 };
const STEP = 100;

/** The job that goes on with a version's round. Repeats collapse while one waits. */
export function roundJob({ modelId, version }: VersionKey, depth: Depth, urgency: number): OutboundJob {
  const job = depth === 'look' ? SWEEP_VERSION : READ_VERSION;
  const priority = FIRST[depth] + STEP * Math.min(urgency, URGENCIES.length - 1);
  return job.with({ modelId, version }, { priority, subject: `${modelId}/${version}` });
}
