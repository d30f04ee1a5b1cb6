import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PinTarget } from '../../src/stores/pinner.js';
import { ociPinnerUnderTest, type OciPinnerUnderTest } from './oci-pinner-under-test.js';
import { placeOf } from './pinner-under-test.js';

describe('while a proxy has lost the registry and answers 404 to everything', () => {
  let under: OciPinnerUnderTest;
  beforeAll(async () => {
    under = await ociPinnerUnderTest();
  });
  afterEach(() => {
    under.front.isLost = false;
  });
  afterAll(() => under?.close());

  const planted = async (): Promise<PinTarget> => {
    const place = await placeOf(under.pinner, await under.plant(randomBytes(8).toString('hex')));
    return { place, versionId: '', how: 'registry-tag' };
  };
  const unreachable = {
    state: 'unreachable',
    evidence: expect.stringContaining('nothing there answers as a registry does') as unknown,
  };

  it('what is pinned is unreachable, neither missing nor without its pin', async () => {
    const target = await planted();
    await under.pinner.pin(target);
    under.front.isLost = true;
    expect(await under.pinner.pinned(target.place)).toEqual(unreachable);
    expect(await under.pinner.bears(target)).toEqual(unreachable);
    under.front.isLost = false;
    expect(await under.pinner.pinned(target.place)).toEqual({ state: 'set', target });
  });

  it('no pin is set, which is no word about what is to be pinned', async () => {
    const target = await planted();
    under.front.isLost = true;
    expect(await under.pinner.pin(target)).toEqual(unreachable);
  });

  it('no pin counts as released, and all can be released afterwards', async () => {
    const target = await planted();
    await under.pinner.pin(target);
    under.front.isLost = true;
    expect(await under.pinner.unpin(target)).toEqual(unreachable);
    under.front.isLost = false;
    expect(await under.pinner.pinned(target.place)).toEqual({ state: 'set', target });
    expect(await under.pinner.unpin(target)).toEqual({ state: 'absent', target });
    expect(await under.pinner.pinned(target.place)).toEqual({ state: 'absent', target });
  });

  it('what really is missing is so, with its pin', async () => {
    const target = await planted();
    const place = target.place.replace(/[0-9a-f]{64}$/, '0'.repeat(64));
    const missing = { state: 'missing', evidence: expect.stringMatching(/^HEAD .* answered 404$/) as unknown };
    expect(await under.pinner.pinned(place)).toEqual(missing);
    expect(await under.pinner.unpin({ ...target, place })).toEqual(missing);
  });
});

describe('a registry that answers 404 to the deletion of a tag, which it does not know', () => {
  it('keeps the tag as one to be released, and is said to be such a registry', async () => {
    const under = await ociPinnerUnderTest();
    const target: PinTarget = { place: await under.plant('kept'), versionId: '', how: 'registry-tag' };
    await under.pinner.pin(target);
    under.front.knowsNoDeletion = true;
    const evidence = expect.stringMatching(/^DELETE .* answered 404: the registry cannot delete tags$/) as unknown;
    expect(await under.pinner.unpin(target)).toEqual({ state: 'unsupported', evidence });
    expect(await under.pinner.pinned(target.place)).toEqual({ state: 'set', target });
    under.front.knowsNoDeletion = false;
    expect(await under.pinner.unpin(target)).toEqual({ state: 'absent', target });
    await under.close();
  });
});
