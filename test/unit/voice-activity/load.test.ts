import { describe, expect, it } from 'vitest';
import { summary, switchSeen } from '../../../examples/voice-activity/load.js';

const answer = (sentAt: number, answeredAt: number, version: number | null, status = 200) => ({
  sentAt,
  answeredAt,
  status,
  version,
  heardSpeech: true,
});

describe('what the load saw of a switch', () => {
  const answers = [
    answer(80, 95, 3),
    answer(101, 110, 3),
    answer(105, 130, 2),
    answer(104, 135, 3), // began on the old version, and ends on it
    answer(140, 150, 2),
  ];

  it('is the first answer of the new version and the last of the old one, counted from the command', () => {
    expect(switchSeen(answers, { at: 100, to: 2 })).toEqual({ firstNewMs: 30, lastOldMs: 35 });
  });

  it('is nothing where no answer of that kind came', () => {
    expect(switchSeen(answers.slice(0, 2), { at: 100, to: 2 })).toEqual({ firstNewMs: null, lastOldMs: 10 });
    expect(switchSeen(answers.slice(4), { at: 100, to: 2 })).toEqual({ firstNewMs: 50, lastOldMs: null });
  });

  it('counts answers by version, and whatever is not a whole answer as failed', () => {
    const failed = { ...answer(1, 2, null, 0), error: 'ECONNRESET' };
    expect(summary([...answers, failed, answer(1, 2, null, 503)])).toEqual({
      answered: 5,
      failed: 2,
      firstError: 'ECONNRESET',
      medianMs: 10,
      byVersion: { v3: 3, v2: 2 },
    });
  });
});
