import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialIn } from '../../../src/domain/credentials.js';
import { envProblems } from '../../../src/domain/env.js';
import { withoutCredentials } from '../../../src/domain/without-credentials.js';

const q = (count: number) => 'q'.repeat(count);

// Made up, in the documented shapes. Put together here so that no scanner takes them for real ones.
const CREDENTIALS: [string, string][] = [
  ['an AWS access key', `AKIA${'Q7'.repeat(8)}`],
  ['an AWS access key', `ASIA${'Q7'.repeat(8)}`],
  ['a GitHub token', `ghp_${q(36)}`],
  ['a GitHub token', `ghs_${q(40)}`],
  ['a Hugging Face token', `hf_${q(34)}`],
  ['a Slack token', `xoxb-${'1'.repeat(12)}-${q(12)}`],
  ['a private key', ['-----BEGIN ', 'PRIVATE KEY-----\nMIIE'].join('')],
  ['a private key', ['-----BEGIN OPENSSH ', 'PRIVATE KEY-----\nb3Bl'].join('')],
  ['a private key', ['-----BEGIN PGP ', 'PRIVATE KEY BLOCK-----\nxcFG'].join('')],
  ['a JSON web token', `eyJ${q(20)}.eyJ${q(20)}.${q(20)}`],
  ['a URL with a password', 'postgres://ana:open-sesame@db/fraud'],
  ['a URL with a password', 'redis://:open-sesame@cache:6379'],
];

const HARMLESS = [
  'AKIA',
  'ghp_short',
  'hf_transfer',
  'xoxb',
  'BEGIN PRIVATE KEY',
  'eyJ.eyJ.x',
  'http://server:8080/path',
  'http://user@server/path',
  'https://server/path:with@signs',
  's3://bucket/key',
  '',
  'PASSWORD',
  '{"a":"http://server:80","b":"ana@example.org"}',
];

describe('an env', () => {
  it.each(['A', '_', 'PATH', 'lower_case', 'A1', 'toString', 'constructor', 'x'.repeat(255)])('may set %s', (name) => {
    expect(envProblems({ [name]: 'x' })).toEqual([]);
  });

  it.each(['', '1A', 'A-B', 'A.B', 'A B', 'A=B', 'Ä', 'x'.repeat(256), 'A\n'])('may not set %j', (name) => {
    expect(envProblems({ [name]: 'x' })).toMatchObject([
      { name, value: 'x', problem: expect.stringContaining('letters, digits and _') },
    ]);
  });

  it.each(['k8s://ns/name#key', 'vault://secret/data/x#y', 'aws-sm://name'])(
    'may refer to a secret at %s',
    (secretRef) => {
      expect(envProblems({ TOKEN: { secretRef } })).toEqual([]);
    },
  );

  it.each([
    5,
    true,
    null,
    undefined,
    [],
    ['x'],
    {},
    { secretRef: 'vault' },
    { secretRef: '://x' },
    { secretRef: 'K8S://x' },
    { secretRef: 'k8s://' },
    { secretRef: 'k8s://a b' },
    { secretRef: 5 },
    { secretRef: 'k8s://x', more: 1 },
    { secretref: 'k8s://x' },
  ])('may not hold %j', (value) => {
    const problem = 'must be a string, or a secret reference {"secretRef": "<provider>://<path>"}';
    expect(envProblems({ TOKEN: value })).toEqual([{ name: 'TOKEN', value, problem }]);
  });

  it.each(CREDENTIALS)('does not take %s, and does not repeat it', (kind, secret) => {
    expect(credentialIn(secret)).toBe(kind);
    for (const value of [secret, `prefix ${secret}`, { secretRef: `vault://x/${secret}` }, { value: [secret] }]) {
      const problems = envProblems({ TOKEN: value });
      expect(JSON.stringify(problems)).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(envProblems({ TOKEN: secret })).toMatchObject([{ value: '(hidden)' }]);
    expect(envProblems({ TOKEN: secret })[0]?.problem).toMatch(`looks like ${kind}: store it in a secret store`);
  });

  it('does not take a credential as a secret reference', () => {
    const secretRef = 'vault://ana:open-sesame@vault/x';
    expect(envProblems({ TOKEN: { secretRef } })).toMatchObject([{ value: '(hidden)' }]);
  });

  it.each(['vault://open-sesame@vault/x', 'vault://x/y?token=open-sesame', 'https://h/x?X-Amz-Signature=open-sesame'])(
    'does not take a secret reference that opens its place: %s',
    (secretRef) => {
      const [problem] = envProblems({ TOKEN: { secretRef } });
      expect(problem).toMatchObject({ value: '(hidden)', problem: expect.stringContaining('holds a credential (') });
      expect(JSON.stringify(problem)).not.toContain('open-sesame');
    },
  );

  it.each(HARMLESS)('takes what only looks a little like a credential: %j', (text) => {
    expect(envProblems({ SETTING: text })).toEqual([]);
  });

  it('takes any other text, and names everything that is wrong at once', () => {
    const property = fc.property(fc.string({ maxLength: 40 }), (text) => {
      const problems = envProblems({ SETTING: text });
      return credentialIn(text) === null ? problems.length === 0 : problems.length === 1;
    });
    expect(fc.check(property).counterexample).toBeNull();
    const problems = envProblems({ GOOD: 'x', BAD: 5, '1ST': 'x', WORSE: null });
    expect(problems.map(({ name }) => name)).toEqual(['BAD', '1ST', 'WORSE']);
  });
});

describe('a value that goes back to who sent it', () => {
  it('is itself where it holds no credential', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      const back = withoutCredentials(value);
      return back === value || back === '(hidden)';
    });
    expect(fc.check(property).counterexample).toBeNull();
    expect(withoutCredentials({ a: [1, 'two', null] })).toEqual({ a: [1, 'two', null] });
  });

  it.each(CREDENTIALS)('is hidden where it holds %s, however deep and also in a name', (_, secret) => {
    expect(withoutCredentials([{ a: { b: ['x', secret] } }])).toBe('(hidden)');
    expect(withoutCredentials({ [secret]: 1 })).toBe('(hidden)');
  });
});
