import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedWait } from '../../src/stores/asked-wait.js';

const date = 'Tue, 03 Jun 2025 10:00:00 GMT';

describe('an answer', () => {
  it.each<[number, Record<string, string>, number | null]>([
    [429, {}, null],
    [429, { 'retry-after': '7' }, 7_000],
    [429, { 'retry-after': 'soon' }, null],
    [429, { 'retry-after': '-1' }, null],
    [429, { 'retry-after': '2030-01-01' }, null],
    [503, { 'retry-after': '0' }, 0],
    [503, { 'retry-after': '99999999999999999999' }, 999_999_999_000],
    [503, { 'retry-after': 'Tue, 03 Jun 2025 10:01:00 GMT', date }, 60_000],
    [503, { 'retry-after': 'Tue, 03 Jun 2025 09:00:00 GMT', date }, 0],
    [503, { 'retry-after': date }, 0],
  ])('of %i with %j asks to wait %j ms', (status, headers, ms) => {
    expect(askedWait(status, headers)).toEqual({ ms });
  });

  it.each<[number, Record<string, string>]>([
    [200, { 'retry-after': '7' }],
    [302, { 'retry-after': '7' }],
    [404, { 'retry-after': '7' }],
    [500, { 'retry-after': '7' }],
    [503, {}],
    [503, { 'retry-after': '' }],
    [503, { 'retry-after': 'Tue, 99 Foo 2025 GMT' }],
  ])('of %i with %j asks for nothing', (status, headers) => {
    expect(askedWait(status, headers)).toBeNull();
  });

  it('asks for no time that is none, whatever it says', () => {
    const said = fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String));
    fc.assert(
      fc.property(said, said, (retryAfter, sent) => {
        const { ms } = askedWait(429, { 'retry-after': retryAfter, date: sent }) ?? { ms: NaN };
        expect(ms === null || (ms >= 0 && Number.isFinite(ms))).toBe(true);
      }),
    );
  });
});
