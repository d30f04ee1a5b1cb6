import { defineJob, type OutboundJob } from '../../platform/queue/index.js';

/** Plans anew what must lie on every node. It carries nothing: the handler reads how things are when it runs. */
export const PLAN_NODES = defineJob<Record<string, never>>('nodes.plan');

/** Every kind of job of this feature. */
export const NODE_JOBS = [PLAN_NODES];

// As urgent as the checks that a move sets going: a node may have to fetch for an hour once it knows.
const PRIORITY = 10;

/** Asks for a plan. Repeats collapse while one waits. */
export const planJob = (): OutboundJob => PLAN_NODES.with({}, { priority: PRIORITY, subject: 'all' });
