import type { OutboundJob } from './job.js';
import type { Lane } from './lane.js';

/** One kind of job: its name on the wire, its way through the queue and the type of what it carries. */
export interface JobType<D extends object> {
  readonly name: string;
  readonly lane: Lane;
  /** Makes a job of this kind for an outbox or a queue. */
  with(data: D, options?: Pick<OutboundJob, 'priority' | 'delayMs' | 'subject'>): OutboundJob<D>;
}

/**
 * Defines one kind of job. The name is stored with every job, so it stays as it is across releases.
 * The lane is not: a release may move a kind of job to the other one, and jobs that are in the queue end where they are.
 * @param name lower-case words, such as `thing.verify`
 */
export const defineJob = <D extends object>(name: string, { lane = 'prompt' }: { lane?: Lane } = {}): JobType<D> => ({
  name,
  lane,
  with: (data, options = {}) => ({ ...options, name, data }),
});
