import { describe, expect, it } from 'vitest';
import { ago, bytes, counted, duration, shortDigest, shortImage, versionName } from '../../../src/cli/format.js';

it.each([
  [0, '0 ms'],
  [41.4, '41 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [1_240, '1.2 s'],
  [12_000, '12 seconds'],
  [60_000, '1 minute'],
  [12 * 60_000 + 59_000, '12 minutes'],
  [3_600_000, '1 hour'],
  [3 * 86_400_000, '3 days'],
])('%d ms reads %j', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it.each([
  ['2031-05-01T10:00:00Z', 'just now'],
  ['2031-05-01T09:59:58Z', '2 seconds ago'],
  ['2031-05-01T09:57:00Z', '3 minutes ago'],
  ['2031-04-29T10:00:00Z', '2 days ago'],
  ['2031-05-01T10:00:30Z', 'just now'],
])('%s was %j at ten', (time, text) => {
  expect(ago(time, new Date('2031-05-01T10:00:00Z'))).toBe(text);
});

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [1_024, '1.0 KiB'],
  [2_327_524, '2.2 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
])('%d bytes read %j', (size, text) => {
  expect(bytes(size)).toBe(text);
});

describe('names', () => {
  it('are short in lists', () => {
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
    expect(shortImage(`host:5000/a/b@sha256:${'cd'.repeat(32)}`)).toBe('host:5000/a/b@cdcdcdcdcdcd');
    expect(shortImage(null)).toBe('');
  });

  it('say v184 for a version, a dash for none, and count in plain English', () => {
    expect(versionName(184)).toBe('v184');
    expect(versionName(null)).toBe('–');
    expect([counted(1, 'file'), counted(2, 'file')]).toEqual(['1 file', '2 files']);
  });
});
