import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/domain/digest.js';
import { recordDigest, type VersionRecord } from '../../../src/domain/version-record.js';

const HEX = '5'.repeat(64);
const RECORD: VersionRecord = {
  artifacts: [
    { path: 'weights/a.bin', uri: 's3://models/a', digest: `sha256:${HEX}`, size: 11 },
    { path: 'weights/b.bin', uri: 's3://models/b', digest: `sha256:${HEX}`, size: 12, mediaType: 'text/plain' },
  ],
  image: `registry.example/server@sha256:${HEX}`,
  env: { MODE: 'fast', TOKEN: { secretRef: 'k8s://ns/name#key' } },
  serving: { batch: 8, nested: { a: [1, 2, { b: null }], c: true } },
};

const texts = fc.string({ unit: 'grapheme', maxLength: 12 });
const artifact = fc.record(
  { path: texts, uri: texts, digest: texts, size: fc.maxSafeNat(), mediaType: texts },
  { requiredKeys: ['path', 'uri', 'digest', 'size'] },
);
const records: fc.Arbitrary<VersionRecord> = fc.record({
  artifacts: fc.uniqueArray(artifact, { selector: ({ path }) => path, maxLength: 6 }),
  image: fc.option(texts),
  env: fc.dictionary(texts, texts),
  serving: fc.dictionary(texts, fc.jsonValue()),
});

/** The same value with the names of every object the other way round. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, entry]) => [name, turned(entry)]),
  ) as T;
}

// A serving config on its own, as it stands in the canonical text of a record.
const digestWith = (serving: Record<string, unknown>) => recordDigest({ artifacts: [], image: null, env: {}, serving });
const digestOfText = (serving: string) => digestOf(`{"artifacts":[],"env":{},"image":null,"serving":${serving}}`);

describe("a record's digest", () => {
  it('does not depend on the order of artifacts', () => {
    const shuffled = records.chain((record) =>
      fc
        .shuffledSubarray(record.artifacts, { minLength: record.artifacts.length })
        .map((artifacts) => [record, { ...record, artifacts }] as const),
    );
    const property = fc.property(shuffled, ([one, other]) => recordDigest(one) === recordDigest(other));
    expect(fc.check(property).counterexample).toBeNull();
  });

  it('does not depend on the order of names', () => {
    const property = fc.property(records, (record) => recordDigest(record) === recordDigest(turned(record)));
    expect(fc.check(property).counterexample).toBeNull();
  });

  it('is the same after the record has been JSON', () => {
    const property = fc.property(records, (record) => {
      const back = JSON.parse(JSON.stringify(record)) as VersionRecord;
      return recordDigest(record) === recordDigest(back);
    });
    expect(fc.check(property).counterexample).toBeNull();
  });

  const others: [string, VersionRecord][] = [
    ['the URI of an artifact', changed({ uri: 's3://models/c' })],
    ['the place of an artifact', changed({ path: 'weights/c.bin' })],
    ['the digest of an artifact', changed({ digest: `sha256:${'6'.repeat(64)}` })],
    ['the size of an artifact', changed({ size: 13 })],
    ['the media type of an artifact', changed({ mediaType: 'text/html' })],
    [
      'a media type where there was none',
      { ...RECORD, artifacts: RECORD.artifacts.map((a) => ({ mediaType: 'x/y', ...a })) },
    ],
    ['an artifact fewer', { ...RECORD, artifacts: RECORD.artifacts.slice(1) }],
    ['the image', { ...RECORD, image: `registry.example/server@sha256:${'6'.repeat(64)}` }],
    ['no image', { ...RECORD, image: null }],
    ['a value of the env', { ...RECORD, env: { ...RECORD.env, MODE: 'slow' } }],
    ['a secret of the env', { ...RECORD, env: { ...RECORD.env, TOKEN: { secretRef: 'k8s://ns/name#other' } } }],
    ['a reference as a text', { ...RECORD, env: { ...RECORD.env, TOKEN: 'k8s://ns/name#key' } }],
    ['one more name in the env', { ...RECORD, env: { ...RECORD.env, toString: 'x' } }],
    ['a number of the serving config', { ...RECORD, serving: { ...RECORD.serving, batch: 9 } }],
    ['a number as a text', { ...RECORD, serving: { ...RECORD.serving, batch: '8' } }],
    ['the order of a list', { ...RECORD, serving: { ...RECORD.serving, nested: { a: [2, 1, { b: null }], c: true } } }],
    ['null instead of nothing', { ...RECORD, serving: { ...RECORD.serving, more: null } }],
  ];

  it.each(others)('differs with %s', (_, other) => {
    expect(recordDigest(other)).not.toBe(recordDigest(RECORD));
  });

  it('differs whenever anything differs', () => {
    const all = [RECORD, ...others.map(([, other]) => other)].map(recordDigest);
    expect(new Set(all).size).toBe(all.length);
    const property = fc.property(records, records, (one, other) => {
      const same = JSON.stringify(turned(turned(one))) === JSON.stringify(turned(turned(other)));
      return same || recordDigest(one) !== recordDigest(other);
    });
    expect(fc.check(property).counterexample).toBeNull();
  });

  it('is taken over the canonical JSON of RFC 8785: its own example', () => {
    const numbers: unknown = JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]');
    const string = '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"/';
    const canonical = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`;
    expect(digestWith({ numbers, string, literals: [null, true, false] })).toBe(digestOfText(canonical));
  });

  it('orders names by UTF-16 code units, as RFC 8785 has it', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const ordered = ['\\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const canonical = `{${ordered.map((name) => `"${name}":0`).join(',')}}`;
    expect(digestWith(Object.fromEntries(names.map((name) => [name, 0])))).toBe(digestOfText(canonical));
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [1e23, '1e+23'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [333333333.3333332, '333333333.3333332'],
  ])('writes the number %d as RFC 8785, appendix B, does: %s', (number, text) => {
    expect(digestWith({ n: number })).toBe(digestOfText(`{"n":${text}}`));
  });

  it('does not change from release to release', () => {
    expect(recordDigest(RECORD)).toBe('sha256:c7e0dbaa1c2c850e65abffd944ea654c25b2812a3abe94df19ca4d1494f42ffe');
  });
});

function changed(extra: object): VersionRecord {
  const [first, ...rest] = RECORD.artifacts;
  return { ...RECORD, artifacts: [{ ...first, ...extra } as (typeof RECORD.artifacts)[number], ...rest] };
}
