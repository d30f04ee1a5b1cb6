import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, changeText, type TurnedCheck } from '../../../src/domain/check-change.js';
import { judgementOf } from '../../../src/domain/readiness-evidence.js';

const states = fc.constantFrom('present', 'changed', 'missing', 'forbidden', 'unreachable', 'unsupported');
const turned: fc.Arbitrary<TurnedCheck> = fc.record({
  kind: fc.constantFrom('artifact', 'content', 'image', 'env', 'config', 'pin'),
  subject: fc.string({ minLength: 1, maxLength: 3 }),
  state: states,
  was: fc.option(states),
  said: fc.option(fc.constant('the store said so')),
});
const many = fc.array(turned, { maxLength: 40 });
const matters = ({ kind, state, was }: TurnedCheck): boolean =>
  judgementOf(kind, state) !== judgementOf(kind, was ?? 'present');

describe('what turned of a version', () => {
  it('is told of every subject that now means something else for the way back, and of no other, once', () => {
    fc.assert(
      fc.property(many, (all) => {
        const told = changesOf(all).reduce((sum, { count }) => sum + count, 0);
        expect(told).toBe(all.filter(matters).length);
      }),
    );
  });

  it('is one change for all that turned the same way, which names three of them at most', () => {
    fc.assert(
      fc.property(many, (all) => {
        const changes = changesOf(all);
        const ways = changes.map(({ kind, was, state }) => `${kind} ${was} ${state}`);
        expect(new Set(ways).size).toBe(ways.length);
        for (const { subjects, count } of changes) expect(subjects.length).toBe(Math.min(count, 3));
      }),
    );
  });

  it('says how many of what are how, and how they were', () => {
    const one = { kind: 'artifact', subject: 's3://a/b', state: 'missing', was: 'present', said: null } as const;
    const texts = (...all: TurnedCheck[]): string[] => changesOf(all).map(changeText);
    expect(texts(one)).toEqual(['an artifact is missing, was present']);
    expect(texts(one, { ...one, subject: 's3://a/c' })).toEqual(['2 artifacts are missing, were present']);
    expect(texts({ ...one, state: 'present', was: 'missing' })).toEqual(['an artifact is well again, was missing']);
    expect(texts({ ...one, kind: 'image', state: 'forbidden', was: null })).toEqual([
      'the image is forbidden, never looked at before',
    ]);
  });

  it('is nothing where missing turns to changed, nor where nothing can be pinned', () => {
    const one = { kind: 'artifact', subject: 'a', state: 'missing', was: 'changed', said: null } as const;
    expect(changesOf([one, { ...one, kind: 'pin', state: 'unsupported', was: null }])).toEqual([]);
  });
});
