import { Ansis } from 'ansis';
import * as fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fields, table } from '../../../src/cli/table.js';

const PLAIN = new Ansis(0);
const at = (columns: number | null, paint = PLAIN) => ({ paint, columns });
const HEAD = ['NODE', 'REPORTED', 'LABELS'];
const ROWS = [
  ['gpu-1', 'just now', 'gpu.product=L40S, gpu.count=8, gpu.memory=48, zone=b'],
  ['gpu-2', 'SILENT since 3 minutes ago', 'zone=x'],
];
const lengths = (text: string) =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.length);

describe('a table', () => {
  it('is as wide as it is where there is no terminal', () => {
    expect(table(at(null), HEAD, ROWS).split('\n')).toEqual([
      'NODE    REPORTED                     LABELS',
      'gpu-1   just now                     gpu.product=L40S, gpu.count=8, gpu.memory=48, zone=b',
      'gpu-2   SILENT since 3 minutes ago   zone=x',
    ]);
  });

  it('wraps its widest columns between words at a terminal that is too narrow', () => {
    expect(table(at(70), HEAD, ROWS).split('\n')).toEqual([
      'NODE    REPORTED                     LABELS',
      'gpu-1   just now                     gpu.product=L40S, gpu.count=8,',
      '                                     gpu.memory=48, zone=b',
      'gpu-2   SILENT since 3 minutes ago   zone=x',
    ]);
  });

  it('becomes a paragraph a row where words would have to be broken', () => {
    expect(table(at(40), HEAD, ROWS).split('\n')).toEqual([
      'NODE       gpu-1',
      'REPORTED   just now',
      'LABELS     gpu.product=L40S,',
      '           gpu.count=8, gpu.memory=48,',
      '           zone=b',
      '',
      'NODE       gpu-2',
      'REPORTED   SILENT since 3 minutes ago',
      'LABELS     zone=x',
    ]);
  });

  it('keeps colours within their column on every line', () => {
    const paint = new Ansis(1);
    const cell = paint.red('one two three four five six seven eight');
    const [, ...lines] = table(at(40, paint), ['A', 'B'], [[cell, 'here']]).split('\n');
    const [on, off] = paint.red('|').split('|');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect([line.split(on ?? '').length, line.split(off ?? '').length]).toEqual([2, 2]);
    expect(lines[0]).toMatch(/ here$/);
  });
});

describe('names and values', () => {
  it('wrap the values at a narrow terminal', () => {
    expect(fields(at(30), [['labels', 'a=1, b=2, c=3, d=4, e=5, f=6, g=7']]).split('\n')).toEqual([
      'labels   a=1, b=2, c=3, d=4,',
      '         e=5, f=6, g=7',
    ]);
  });
});

describe('whatever is in it, a table', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const cell = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
  const tables = fc.integer({ min: 1, max: 5 }).chain((columns) =>
    fc.record({
      head: fc.array(word, { minLength: columns, maxLength: columns }),
      rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
    }),
  );

  it('fits into any terminal that has room for a name and the longest word, and loses no word', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 31, max: 120 }), ({ head, rows }, columns) => {
        const drawn = table(at(columns), head, rows);
        expect(Math.max(...lengths(drawn))).toBeLessThanOrEqual(columns);
        const words = (text: string) => text.split(/\s+/).filter((one) => one !== '');
        const shown = words(drawn);
        for (const one of rows.flat().flatMap(words)) expect(shown).toContain(one);
      }),
      { numRuns: 200 },
    );
  });
});
