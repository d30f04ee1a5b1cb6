import { describe, expect, it } from 'vitest';
import { complaints } from '../../../examples/voice-activity/demo/rollback-under-load.js';

const good = {
  rollback: { id: 1, from: 3, to: 2, proven: false, revision: 9, timeline: {} },
  perSecond: 40,
  seen: { answered: 200, failed: 0, firstError: undefined, medianMs: 9, byVersion: { v3: 100, v2: 100 } },
  heard: { before: '0 of 100', after: '100 of 100' },
  commandMs: 300,
  fromCommand: { firstNewMs: 310, lastOldMs: 305 },
  fromCommit: { firstNewMs: 30, lastOldMs: 25 },
  laterVersions: [2, 2, 2],
};
const found = { target: 2, live: 2, resolved: 2 };

describe('what the demo demands of its rollback', () => {
  it('is fulfilled when the target serves and nothing failed', () => {
    expect(complaints(good, found)).toEqual([]);
  });

  it.each([
    [{ seen: { ...good.seen, failed: 1, firstError: 'ECONNRESET' } }, {}, '1 requests failed; the first: ECONNRESET'],
    [{ laterVersions: [2, 3, 2] }, {}, 'after v2 had answered, another version answered again'],
    [{ laterVersions: [] }, {}, 'no request was sent after the switch, so nothing is known of it'],
    [{ fromCommand: { firstNewMs: null, lastOldMs: 9 } }, {}, 'no request was answered by v2 after the rollback'],
    [{}, { live: 3 }, 'the model server serves v3 and not v2'],
    [{}, { resolved: 1 }, 'production resolves to v1 and not to v2'],
    [{ rollback: { ...good.rollback, to: 1 } }, {}, 'it went to v1, and the target was v2'],
  ])('is not fulfilled when %j and %j', (outcome, state, complaint) => {
    expect(complaints({ ...good, ...outcome }, { ...found, ...state })).toEqual([complaint]);
  });
});
