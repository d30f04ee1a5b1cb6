import { Ansis } from 'ansis';
import { describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/client/index.js';
import { newestTable } from '../../../src/cli/check-table.js';

const NOW = new Date('2031-05-01T12:00:00Z');
const shell = { paint: new Ansis(0), columns: null, now: () => NOW };
const seen = (count: number, isThere: (at: number) => boolean): CheckView[] =>
  Array.from({ length: count }, (_, at) => ({
    version: 1,
    kind: 'artifact',
    subject: `s3://models/${at}`,
    state: isThere(at) ? 'present' : 'missing',
    evidence: { said: 'the server answered 404' },
    durationMs: 5,
    observedAt: NOW.toISOString(),
    since: null,
  }));

describe('the newest observations of a version', () => {
  it('begin with what is not present, in the order that they have', () => {
    const lines = newestTable(
      shell,
      seen(5, (at) => at !== 2 && at !== 4),
    ).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/)[1])).toEqual([
      'SUBJECT',
      ...[2, 4, 0, 1, 3].map((at) => `s3://models/${at}`),
    ]);
    expect(lines[1]).toMatch(/ missing .* the server answered 404$/);
  });

  it('are shown as far as somebody reads, with a line that says how the rest is', () => {
    const well = newestTable(
      shell,
      seen(10_000, (at) => at !== 9_999),
    ).split('\n');
    expect(well).toHaveLength(1 + 100 + 2);
    expect(well[1]).toContain('s3://models/9999');
    expect(well.at(-1)).toBe('and 9900 more, all present; --json shows all');
    const gone = newestTable(
      shell,
      seen(10_000, () => false),
    );
    expect(gone.split('\n').at(-1)).toBe('and 9900 more, 9900 of them not present; --json shows all');
  });

  it('are nothing where nothing was seen', () => {
    expect(newestTable(shell, [])).toBe('');
  });
});
