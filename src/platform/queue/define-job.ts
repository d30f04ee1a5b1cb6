import type { OutboundJob } from './job.js';

/** One kind of job: its name on the wire and the type of what it carries. */
export interface JobType<D extends object> {
  readonly name: string;
  /** Makes a job of this kind for an outbox or a queue. */
  with(data: D, options?: Pick<OutboundJob, 'priority' | 'delayMs' | 'subject'>): OutboundJob<D>;
}

/**
 * Defines one kind of job. The name is stored with every job, so it stays as it is across releases.
 * @param name lower-case words, such as `thing.verify`
 */
export const defineJob = <D extends object>(name: string): JobType<D> => ({
  name,
  with: (data, options = {}) => ({ ...options, name, data }),
});
