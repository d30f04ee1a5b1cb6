import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasNameProblem, modelNameProblem, pairedWith, targetAliasOf } from '../../../src/domain/names.js';
import { formatVersion, parseVersion, versionProblem } from '../../../src/domain/version-number.js';

const LONGEST = 'x'.repeat(63);
const aliases = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);

describe("a model's name", () => {
  it.each(['fraud', 'f', '4ever', 'fraud.v2', 'voice-activity', 'a_b', LONGEST])('may be %s', (name) => {
    expect(modelNameProblem(name)).toBeNull();
  });

  it.each([
    '',
    'Fraud',
    '.fraud',
    '-fraud',
    '_fraud',
    'a b',
    'a/b',
    'ä',
    `${LONGEST}x`,
    'fraud\n',
    null,
    undefined,
    7,
    {},
  ])('may not be %j', (name) => {
    expect(modelNameProblem(name)).toMatch(/1 to 63 of a-z, 0-9/);
  });
});

describe("an alias's name", () => {
  it.each(['production', 'p', 'staging-eu', 'a1', 'a-', LONGEST])('may be %s', (name) => {
    expect(aliasNameProblem(name)).toBeNull();
  });

  it.each(['', 'Production', '1a', '-a', 'a_b', 'a.b', 'a b', 'ä', `${LONGEST}x`, 'a\n', null, undefined, 7, ['a']])(
    'may not be %j',
    (name) => {
      expect(aliasNameProblem(name)).toMatch(/\[a-z\]\[a-z0-9-\]\{0,62\}/);
    },
  );

  it('has room for the target alias of the longest name', () => {
    expect(aliasNameProblem(targetAliasOf(LONGEST))).toBeNull();
    expect(aliasNameProblem(`${LONGEST}x-rollback-target`)).not.toBeNull();
  });
});

describe('paired aliases', () => {
  it.each([
    ['rollback-target', 'production'],
    ['candidate', 'production'],
    ['eu-rollback-target', 'eu'],
    ['eu-candidate', 'eu'],
    ['a-b-candidate', 'a-b'],
    ['production', null],
    ['target', null],
    ['rollback-targets', null],
    ['-candidate', null],
    ['the-candidates', null],
    ['candidate-eu', null],
  ])('are told by their names: %s follows %s', (alias, owner) => {
    expect(pairedWith(alias)).toBe(owner);
  });

  it('are each the target of exactly the alias that they follow', () => {
    const property = fc.property(aliases, (alias) => pairedWith(targetAliasOf(alias)) === alias);
    expect(fc.check(property).counterexample).toBeNull();
  });

  it('are never two aliases with one target', () => {
    const property = fc.property(aliases, aliases, (a, b) => a === b || targetAliasOf(a) !== targetAliasOf(b));
    expect(fc.check(property).counterexample).toBeNull();
  });
});

describe("a version's number", () => {
  it.each([
    ['v184', 184],
    ['184', 184],
    [184, 184],
    ['v1', 1],
    ['2147483647', 2_147_483_647],
  ])('is read from %j', (text, version) => {
    expect(parseVersion(text)).toBe(version);
    expect(versionProblem(text)).toBeNull();
  });

  it.each([
    '',
    'v',
    '0',
    'v0',
    '007',
    '-1',
    '+1',
    '1.0',
    '1e3',
    'V1',
    'vv1',
    '1v',
    ' 1',
    '1\n',
    '2147483648',
    '99999999999',
  ])('is not read from the text %j', (text) => {
    expect(parseVersion(text)).toBeNull();
    expect(versionProblem(text)).toBe('must be a version number such as 184 or v184');
  });

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 31, 1e21, null, undefined, true, [1], { version: 1 }])(
    'is not read from %j',
    (value) => {
      expect(parseVersion(value)).toBeNull();
    },
  );

  it('is read back from how it is written', () => {
    const numbers = fc.integer({ min: 1, max: 2_147_483_647 });
    const property = fc.property(numbers, (n) => parseVersion(formatVersion(n)) === n && parseVersion(n) === n);
    expect(fc.check(property).counterexample).toBeNull();
  });
});
