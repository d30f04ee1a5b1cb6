import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLook, type KnownMark, type SeenObject } from '../../../src/domain/artifact-look.js';
import type { Digest } from '../../../src/domain/digest.js';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
const recorded = { size: 10, digest, registeredAt: new Date('2031-05-01T12:00:00Z') };
const present: SeenObject = { size: 10 };
const marks = fc.constantFrom('one', 'two', 'three');
const known: fc.Arbitrary<KnownMark> = fc.record({
  mark: fc.option(marks),
  refuted: fc.option(marks),
  wanted: fc.boolean(),
});
const seen: fc.Arbitrary<SeenObject> = fc.record(
  {
    size: fc.constantFrom(10, 11),
    digest: fc.constantFrom(digest, `sha256:${'b'.repeat(64)}` as const),
    mark: marks,
    lastModified: fc.constantFrom('2031-05-01T11:00:00Z', '2031-05-01T13:00:00Z'),
  },
  { requiredKeys: ['size'] },
);

describe('a look at an artifact', () => {
  it('never takes another size or another digest for the recorded one, and asks for no bytes to know that', () => {
    fc.assert(
      fc.property(seen, known, (object, before) => {
        fc.pre(object.size !== 10 || (object.digest !== undefined && object.digest !== digest));
        const { state, doubt, learn } = judgeLook(recorded, object, before);
        expect({ state, doubt, learn }).toEqual({ state: 'changed', doubt: false, learn: null });
      }),
    );
  });

  it('learns a mark only from what it takes for the recorded one, and only where it knows none', () => {
    fc.assert(
      fc.property(seen, known, (object, before) => {
        const { state, learn } = judgeLook(recorded, object, before);
        fc.pre(learn !== null);
        expect([state, before.mark, learn]).toEqual(['present', null, object.mark]);
      }),
    );
  });

  it('says changed of any other mark than the one it learned, and asks for the bytes unless they were read', () => {
    fc.assert(
      fc.property(marks, known, (mark, before) => {
        fc.pre(before.mark !== null && before.mark !== mark);
        const verdict = judgeLook(recorded, { ...present, mark }, before);
        expect(verdict.state).toBe('changed');
        expect(verdict.doubt).toBe(before.refuted !== mark);
      }),
    );
  });

  it('comes to the same again where nothing changed, once it has learned what it learns', () => {
    fc.assert(
      fc.property(seen, known, (object, before) => {
        const first = judgeLook(recorded, object, before);
        const after = { ...before, mark: first.learn ?? before.mark };
        const second = judgeLook(recorded, object, after);
        expect(second.state).toBe(first.state);
        expect(second.learn).toBeNull();
      }),
    );
  });

  it('raises no alarm about an object written after its registration: it says so, and asks for the bytes', () => {
    const lastModified = '2031-05-01T12:00:01Z';
    const verdict = judgeLook(recorded, { ...present, mark: 'one', lastModified });
    expect(verdict).toMatchObject({ state: 'present', learn: 'one', doubt: true });
    expect(verdict.evidence).toMatchObject({ writtenAfterRegistration: lastModified });
    const before = judgeLook(recorded, { ...present, mark: 'one', lastModified: '2031-05-01T11:00:00Z' });
    expect(before).toMatchObject({ state: 'present', learn: 'one', doubt: false });
  });

  it.each([
    ['in the second of the registration, by a store that tells whole seconds', '2031-05-01T12:00:00.000Z', true],
    ['a moment before it, by one that tells more', '2031-05-01T12:00:00.400Z', false],
    ['a moment after it, by one that tells more', '2031-05-01T12:00:00.600Z', true],
    ['in the second before it', '2031-05-01T11:59:59.000Z', false],
  ])(
    'asks for the bytes of what may be younger than its registration: written %s: %s',
    (_what, lastModified, doubt) => {
      const registered = { ...recorded, registeredAt: new Date('2031-05-01T12:00:00.500Z') };
      const verdict = judgeLook(registered, { ...present, mark: 'one', lastModified });
      expect(verdict).toMatchObject({ state: 'present', learn: 'one', doubt });
      const vouched = judgeLook(registered, { ...present, mark: 'one', digest, lastModified });
      expect(vouched).toMatchObject({ state: 'present', doubt: false });
    },
  );

  it('says what the store answered: the mark, and when it was written', () => {
    const object = { ...present, mark: 'version:3', lastModified: '2031-05-01T11:00:00.000Z' };
    expect(judgeLook(recorded, object).evidence).toMatchObject({
      size: 10,
      mark: 'version:3',
      lastModified: object.lastModified,
    });
  });

  it('asks for the bytes of what was found to be others and looks like the recorded ones again', () => {
    const before = { mark: 'one', refuted: 'two', wanted: false };
    expect(judgeLook(recorded, { ...present, mark: 'one' }, before)).toMatchObject({ state: 'present', doubt: true });
    expect(judgeLook(recorded, { ...present, mark: 'two' }, before)).toMatchObject({ state: 'changed', doubt: false });
  });
});
