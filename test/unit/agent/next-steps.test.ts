import { assert, array, boolean, integer, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextImage } from '../../../src/agent/loop/next-image.js';
import { nextWeights } from '../../../src/agent/loop/next-weights.js';
import { reportDueMs } from '../../../src/agent/loop/reporter.js';
import { toWarm } from '../../../src/agent/loop/warmer.js';
import type { AssignmentView } from '../../../src/contract/node-views.js';

const assignment = (version: number, more: Partial<AssignmentView> = {}): AssignmentView => ({
  model: 'fraud',
  version,
  role: 'live',
  artifacts: [{ path: 'm', uri: 's3://b/m', digest: `sha256:${'0'.repeat(64)}`, size: 100 }],
  image: null,
  go: true,
  waitsFor: null,
  warm: false,
  ...more,
});

describe('what a node fetches next', () => {
  const facts = record({
    go: boolean(),
    underWay: boolean(),
    resident: boolean(),
    retryAt: option(integer({ min: 0, max: 100 })),
  });

  it('is the first of the list that is missing, may be fetched, and need not wait after a failure', () => {
    assert(
      property(array(facts, { maxLength: 8 }), integer({ min: 0, max: 100 }), (all, now) => {
        const list = all.map(({ go }, index) => assignment(index + 1, { go }));
        const next = nextWeights(
          list,
          {
            isUnderWay: ({ version }) => all[version - 1]?.underWay === true,
            isResident: ({ version }) => all[version - 1]?.resident === true,
            retryAt: ({ version }) => all[version - 1]?.retryAt ?? undefined,
          },
          now,
        );
        const open = all.map(
          ({ go, underWay, resident, retryAt }) => (go || underWay) && !resident && (retryAt ?? 0) <= now,
        );
        const waits = all.flatMap(({ go, underWay, resident, retryAt }) =>
          (go || underWay) && !resident ? [(retryAt ?? 0) - now] : [],
        );
        const wait = { fetch: null, lookAgainMs: Math.min(Infinity, ...waits) };
        expect(next).toEqual(open.includes(true) ? { fetch: list[open.indexOf(true)] } : wait);
      }),
    );
  });
});

describe('what a node does about images next', () => {
  const [one, two] = ['a', 'b'].map((name) => `registry.example/${name}@sha256:${'1'.repeat(64)}`);
  const list = [assignment(1, { image: one ?? '' }), assignment(2, { image: two ?? '', go: false })];
  const never = { seenAt: () => undefined, isPresent: () => false, retryAt: () => undefined };

  it('is to look for one that it knows nothing of, before anything is pulled', () => {
    expect(nextImage(list, never, { nowMs: 5, lookEveryMs: 60 })).toEqual({ step: 'look', image: one });
  });

  it('is to pull one that is not there, and to look for those without leave, which are not pulled', () => {
    const seen = { ...never, seenAt: () => 0 };
    expect(nextImage(list, seen, { nowMs: 5, lookEveryMs: 60 })).toEqual({ step: 'pull', image: one });
    const waiting = { ...seen, retryAt: (image: string) => (image === one ? 25 : undefined) };
    expect(nextImage(list, waiting, { nowMs: 5, lookEveryMs: 60 })).toEqual({ step: 'wait', lookAgainMs: 20 });
  });

  it('is to look again after a while, since others may remove what the runtime has', () => {
    const there = { ...never, seenAt: () => 0, isPresent: () => true };
    expect(nextImage(list, there, { nowMs: 59, lookEveryMs: 60 })).toEqual({ step: 'wait', lookAgainMs: 1 });
    expect(nextImage(list, there, { nowMs: 60, lookEveryMs: 60 })).toEqual({ step: 'look', image: one });
  });
});

describe('a report to the registry', () => {
  it('leaves at once when something is in another state, and once a while when bytes came', () => {
    expect(reportDueMs('state', 1, 1000)).toBe(0);
    expect(reportDueMs('progress', 400, 1000)).toBe(600);
    expect(reportDueMs('progress', 1400, 1000)).toBe(0);
    expect(reportDueMs('none', 0, 1000)).toBe(Infinity);
  });
});

describe('the page cache', () => {
  it('is filled with what should be warm, in order, while it fits into half of the memory', () => {
    const list = [assignment(1), assignment(2, { warm: true }), assignment(3, { warm: true })];
    expect(toWarm(list, 1000).map(({ version }) => version)).toEqual([2, 3]);
    expect(toWarm(list, 300).map(({ version }) => version)).toEqual([2]);
    expect(toWarm(list, 100)).toEqual([]);
  });
});
