import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pinner, PinTarget } from '../../src/stores/pinner.js';
import { placeOf, type PinnerUnderTest } from './pinner-under-test.js';

/** What holds for the pins of every store. */
export function pinContract(what: string, make: () => Promise<PinnerUnderTest>): void {
  describe(`the pins of ${what}`, () => {
    let under: PinnerUnderTest;
    let pinner: Pinner;
    beforeAll(async () => {
      under = await make();
      ({ pinner } = under);
    });
    afterAll(() => under?.close());

    const planted = async (name: string): Promise<PinTarget> => {
      const seen = await pinner.pinned(await placeOf(pinner, await under.plant(name)));
      if (seen.state !== 'absent') throw new Error(`nothing is pinned yet: ${JSON.stringify(seen)}`);
      return seen.target;
    };

    it('are absent before they are set, and set afterwards', async () => {
      const target = await planted('fresh');
      expect(await pinner.pin(target)).toEqual({ state: 'set', target });
      expect(await pinner.pinned(target.place)).toEqual({ state: 'set', target });
    });

    it('stay set when they are set again', async () => {
      const target = await planted('twice');
      await pinner.pin(target);
      expect(await pinner.pin(target)).toEqual({ state: 'set', target });
    });

    it('are absent after they were taken away, once or twice, and can be set again', async () => {
      const target = await planted('released');
      await pinner.pin(target);
      expect(await pinner.unpin(target)).toEqual({ state: 'absent', target });
      expect(await pinner.unpin(target)).toEqual({ state: 'absent', target });
      expect(await pinner.pinned(target.place)).toEqual({ state: 'absent', target });
      expect(await pinner.pin(target)).toEqual({ state: 'set', target });
    });

    it('are seen to be absent when somebody else took them away', async () => {
      const target = await planted('stripped');
      await pinner.pin(target);
      expect(await pinner.bears(target)).toEqual({ state: 'set', target });
      await under.strip(target.place);
      expect(await pinner.pinned(target.place)).toEqual({ state: 'absent', target });
      expect(await pinner.bears(target)).toEqual({ state: 'absent', target });
      expect(await pinner.renew(target)).toEqual({ state: 'set', target });
      expect(await pinner.bears(target)).toEqual({ state: 'set', target });
    });

    it('are missing with what is not there', async () => {
      const target = await planted('pattern');
      const place = await placeOf(pinner, under.absent('nowhere'));
      const missing = { state: 'missing', evidence: expect.any(String) };
      expect(await pinner.pinned(place)).toEqual(missing);
      expect(await pinner.pin({ ...target, place, versionId: '' })).toEqual(missing);
    });

    it('are forbidden to credentials that lack the permission, which is named', async () => {
      await under.whileForbidden(async (reader, subject, permission) => {
        const place = await placeOf(reader, subject);
        const seen = await reader.pinned(place);
        if (seen.state !== 'absent') throw new Error(`nothing is pinned yet: ${JSON.stringify(seen)}`);
        const refused = { state: 'forbidden', permission, evidence: expect.stringMatching(/answered 40[13] /) };
        expect(await reader.pin(seen.target)).toEqual(refused);
      });
    });

    it('are unreachable while the store is, and nothing else', async () => {
      const target = await planted('outage');
      const unreachable = { state: 'unreachable', evidence: expect.any(String) };
      await under.whileUnreachable(async () => {
        expect(await pinner.pinned(target.place)).toEqual(unreachable);
        expect(await pinner.pin(target)).toEqual(unreachable);
        expect(await pinner.unpin(target)).toEqual(unreachable);
      });
      expect(await pinner.pin(target)).toEqual({ state: 'set', target });
    });

    it('end with the reason of an aborted signal', async () => {
      const target = await planted('aborted');
      const signal = AbortSignal.abort(new Error('the worker stops'));
      for (const ask of [
        () => pinner.pinned(target.place, { signal }),
        () => pinner.pin(target, { signal }),
        () => pinner.unpin(target, { signal }),
        () => pinner.bears(target, { signal }),
        () => pinner.renew(target, { signal }),
      ])
        await expect(ask()).rejects.toThrow('the worker stops');
    });
  });
}
