import { afterAll, beforeAll, expect, it } from 'vitest';
import { allOf, freshBytes } from './sample-bytes.js';
import type { MakeReadable, ReadableUnderTest } from './store-under-test.js';

const ODD_NAMES = [
  'with space.onnx',
  'plus+and%percent',
  'a%20b',
  'question?mark#hash&amp;=,;:@$!*\'()[]{}|^`"<>~',
  'back\\slash',
  'größe/模型/🚀.bin',
  'e\u0301 is not é',
  '...three.dots/.hidden/..two',
  'x'.repeat(200),
  'deep/' + 'd/'.repeat(30) + 'leaf',
];

/** What holds for every store whose objects have names of their own, and may change under them. */
export function namesContract(make: MakeReadable): void {
  let at: ReadableUnderTest;
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  it.each(ODD_NAMES)('reads an object named %j', async (name) => {
    const bytes = freshBytes(64);
    const uri = await at.plant(name, bytes);
    expect(await at.store.refuses(uri)).toBeNull();
    expect(await at.store.stat(uri)).toMatchObject({ state: 'present', size: 64 });
    expect((await allOf(at.store.read(uri))).equals(bytes)).toBe(true);
  });

  it('claims no digest for an object that it did not verify', async () => {
    const uri = await at.plant('foreign', freshBytes(10));
    expect(await at.store.stat(uri)).not.toHaveProperty('digest');
  });

  it('gives an object another tag once it has other bytes', async () => {
    const before = await at.store.stat(await at.plant('changing', freshBytes(10)));
    const after = await at.store.stat(await at.plant('changing', freshBytes(10)));
    expect(before).toMatchObject({ etag: expect.any(String) });
    expect(after).not.toEqual(before);
  });
}
