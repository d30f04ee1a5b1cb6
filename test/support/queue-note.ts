import { defineJob } from '../../src/platform/queue/define-job.js';

/** The job that the tests append; `n` tells one from another. */
export const note = defineJob<{ n: number }>('test.note');

/** The same in the bulk lane. */
export const bulkNote = defineJob<{ n: number }>('test.bulk-note', { lane: 'bulk' });
