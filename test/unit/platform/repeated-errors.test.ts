import { describe, expect, it, vi } from 'vitest';
import { RepeatedErrors } from '../../../src/platform/telemetry/repeated-errors.js';
import { QueueLogBook } from '../../support/queue-log-book.js';

describe('errors that come again and again', () => {
  it('are logged once a minute, also where each names another job', () => {
    vi.useFakeTimers();
    try {
      const log = new QueueLogBook();
      const errors = new RepeatedErrors(log, 'the worker reports an error');
      const burst = (): void => {
        for (let n = 0; n < 500; n += 1) errors.report(new Error(`Missing key for job outbox-${n}-1795430089868.`));
        errors.report(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
        errors.report(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
      };
      burst();
      expect(log.lines.map(({ fields }) => fields)).toEqual([
        { reason: 'Missing key for job outbox-0-1795430089868.' },
        { reason: 'connect ECONNREFUSED 127.0.0.1:6379' },
      ]);
      vi.advanceTimersByTime(60_001);
      burst();
      expect(log.lines).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });
});
