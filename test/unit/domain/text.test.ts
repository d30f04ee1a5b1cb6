import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentProblem, parseMoment } from '../../../src/domain/moment.js';
import {
  labelsProblem,
  metricsProblem,
  objectProblem,
  reasonProblem,
  textProblem,
  wholeNumberProblem,
} from '../../../src/domain/text.js';

const entries = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));

describe('a reason', () => {
  it.each(['x', ' latency doubled ', 'größer', 'x'.repeat(2000), 'two\nlines'])('may be %.20j', (reason) => {
    expect(reasonProblem(reason)).toBeNull();
  });

  it.each(['', ' ', '\t\r\n', '\u00a0\u2003', 'x'.repeat(2001), null, undefined, 5, ['x'], {}])(
    'may not be %.20j',
    (reason) => {
      expect(reasonProblem(reason)).toMatch(/must say why, in 1 to 2000 characters/);
    },
  );
});

describe('a time', () => {
  it.each([
    ['2026-05-01T09:30:00Z', '2026-05-01T09:30:00.000Z'],
    ['2026-05-01t09:30:00z', '2026-05-01T09:30:00.000Z'],
    ['2026-05-01T09:30:00.5+02:00', '2026-05-01T07:30:00.500Z'],
    ['2026-05-01T09:30:00.123456789-00:00', '2026-05-01T09:30:00.123Z'],
    ['2024-02-29T23:59:59-11:30', '2024-03-01T11:29:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('is read from %s', (text, iso) => {
    expect(parseMoment(text)?.toISOString()).toBe(iso);
    expect(momentProblem(text)).toBeNull();
  });

  it.each([
    '2026-05-01',
    '2026-05-01T09:30Z',
    '2026-05-01T09:30:00',
    '2026-05-01 09:30:00Z',
    '2026-5-1T09:30:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+2',
    '2026-01-01T00:00:00.Z',
    'Fri, 01 May 2026 09:30:00 GMT',
    '',
    null,
    1777628400000,
    ['2026-05-01T09:30:00Z'],
  ])('is not read from %j', (value) => {
    expect(parseMoment(value)).toBeNull();
    expect(momentProblem(value)).toMatch(/RFC 3339/);
  });

  it('is read back from how the API writes it', () => {
    const dates = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    const property = fc.property(dates, (date) => parseMoment(date.toISOString())?.getTime() === date.getTime());
    expect(fc.check(property).counterexample).toBeNull();
  });
});

describe('maps of labels and metrics', () => {
  it.each([{}, { team: 'risk' }, { 'a/b.c-d_e': '' }, { x: 'y'.repeat(256) }, { toString: 'x' }, entries(64, 'x')])(
    'may hold %.40j',
    (labels) => {
      expect(labelsProblem(labels)).toBeNull();
    },
  );

  it.each([{ auc: 0.9 }, { loss: -0 }, { flops: 3.1e23 }, { tiny: 5e-324 }])('may measure %j', (metrics) => {
    expect(metricsProblem(metrics)).toBeNull();
  });

  it.each([
    [null, /must be an object/],
    [[], /must be an object/],
    ['a=b', /must be an object/],
    [{ x: 5 }, /something else than a text of at most 256 characters at "x"/],
    [{ x: 'y'.repeat(257) }, /something else than a text/],
    [{ '': 'x' }, /has the name ""/],
    [{ '-x': 'x' }, /has the name "-x"/],
    [{ ä: 'x' }, /use letters, digits, dot, dash, _ and \//],
    [{ ['x'.repeat(64)]: 'x' }, /at most 63/],
    [entries(65, 'x'), /at most 64 entries/],
  ])('may not hold %.40j', (labels, says) => {
    expect(labelsProblem(labels)).toMatch(says);
  });

  it.each([{ auc: '0.9' }, { auc: NaN }, { auc: Infinity }, { auc: null }, { auc: [1] }])(
    'may not measure %j',
    (metrics) => {
      expect(metricsProblem(metrics)).toMatch(/something else than a number at "auc"/);
    },
  );

  it('do not repeat what they refuse: it may be long, or a secret', () => {
    const secret = 'x'.repeat(5000);
    expect(labelsProblem({ note: { secret } })?.length).toBeLessThan(200);
    expect(labelsProblem({ [`${secret}!`]: 'x' })?.length).toBeLessThan(300);
  });
});

describe('texts, objects and whole numbers', () => {
  it('are told from everything else', () => {
    expect(textProblem(3)('abc')).toBeNull();
    for (const value of ['abcd', 5, null, undefined]) expect(textProblem(3)(value)).toMatch(/at most 3 characters/);
    expect(objectProblem({})).toBeNull();
    for (const value of [null, [], 'x', 5]) expect(objectProblem(value)).toBe('must be a JSON object');
    for (const value of [1, 5, 9]) expect(wholeNumberProblem(1, 9)(value)).toBeNull();
    for (const value of [0, 10, 1.5, '5', NaN, 2 ** 53, null])
      expect(wholeNumberProblem(1, 9)(value)).toBe('must be a whole number from 1 to 9');
  });
});
