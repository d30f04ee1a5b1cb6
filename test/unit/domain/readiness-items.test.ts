import { describe, expect, it } from 'vitest';
import type { CheckKind, CheckState } from '../../../src/domain/check.js';
import { predictRecovery } from '../../../src/domain/predicted-recovery.js';
import { maxAgesOf } from '../../../src/domain/readiness-ages.js';
import type { NewestCheck } from '../../../src/domain/readiness-evidence.js';
import { KIND_OF } from '../../../src/domain/readiness-needs.js';
import { readiness, type ReadinessFacts } from '../../../src/domain/readiness.js';
import { checkOf, expectedOf, LIVE, MAX_AGES, NOW, TARGET } from './readiness-world.js';

const IMAGE = 'registry/server@sha256:1';
const needs = {
  version: TARGET,
  uris: ['s3://bucket/a', 'file:///data/b'],
  image: IMAGE,
  env: { LEVEL: 'info', TOKEN: { secretRef: 'k8s://ns/token#key' } },
};
const bare: Omit<ReadinessFacts, 'checks'> = {
  model: 'fraud',
  alias: 'production',
  live: LIVE,
  target: { proven: true, needs },
  controllers: ['server-1'],
  residency: null,
  maxAges: MAX_AGES,
  now: NOW,
};

/** The checklist by name, with every check in order but those given instead. */
function checklist(instead: NewestCheck[] = [], facts: Partial<ReadinessFacts> = {}) {
  const all = { ...bare, ...facts };
  const replaced = new Set(instead.map(({ kind, subject }) => `${kind} ${subject}`));
  const rest = expectedOf(all).filter(({ kind, subject }) => !replaced.has(`${kind} ${subject}`));
  const checks = [...rest.map(({ kind, subject }) => checkOf(kind, subject)), ...instead];
  return Object.fromEntries(readiness({ ...all, checks }).checklist.map((item) => [item.name, item]));
}

/** What the one part that a kind belongs to comes to, where every check of that kind saw the same. */
function stateOf(kind: CheckKind, state: CheckState): unknown {
  const [name = ''] = Object.entries(KIND_OF).find(([, of]) => of === kind) ?? [];
  const checks = expectedOf(bare).filter((check) => check.kind === kind);
  return checklist(checks.map(({ subject }) => checkOf(kind, subject, { state })))[name]?.state;
}

describe('a check', () => {
  const kinds: CheckKind[] = ['artifact', 'content', 'image', 'env', 'config', 'pin'];

  it.each(kinds)('of the kind %s fails where the thing is missing, changed or forbidden', (kind) => {
    expect(['missing', 'changed', 'forbidden'].map((state) => stateOf(kind, state as CheckState))).toEqual([
      'fail',
      'fail',
      'fail',
    ]);
  });

  it.each(kinds)('of the kind %s that got no answer is unknown, never a failure', (kind) => {
    expect(stateOf(kind, 'unreachable')).toBe('unknown');
  });

  it.each([
    ['artifact', 'fail'],
    ['content', 'fail'],
    ['image', 'unknown'],
    ['env', 'unknown'],
    ['config', 'unknown'],
    ['pin', 'pass'],
  ] as const)('of the kind %s that this registry cannot make is a %s', (kind, state) => {
    expect(stateOf(kind, 'unsupported')).toBe(state);
  });
});

describe('a checklist', () => {
  it('tells in plain words what was seen where all is well', () => {
    expect(Object.values(checklist()).map(({ name, text }) => `${name}: ${text}`)).toEqual([
      'rollback-target: v2, known good',
      'artifacts: all 2 artifacts of v2 are where the record says',
      'content: the bytes of all 2 artifacts of v2 were read and are the recorded ones',
      'image: the image of v2 is in the registry',
      'env: the secret that v2 refers to can be resolved',
      'config: the controller of v3 serves the recorded config',
      'pins: 2 of 2 places of v2 are held against deletion',
    ]);
  });

  it('tells how many of how many are what, and what to do about the worst', () => {
    const { artifacts, content, image, pins } = checklist([
      checkOf('artifact', 's3://bucket/a', { age: 901 }),
      checkOf('artifact', 'file:///data/b', { state: 'missing' }),
      checkOf('content', 's3://bucket/a', { age: 259_201 }),
      checkOf('image', IMAGE, { state: 'unsupported' }),
      checkOf('pin', IMAGE, { state: 'unsupported' }),
    ]);
    expect(artifacts).toMatchObject({
      state: 'fail',
      text: 'of 2 artifacts of v2, 1 is missing, 1 was last looked at more than 15 minutes ago',
      next: expect.stringMatching(/^Put the recorded bytes back at their address\./),
      subjects: [{ subject: 'file:///data/b' }, { subject: 's3://bucket/a', found: 'stale' }],
    });
    expect(content).toMatchObject({
      state: 'unknown',
      text: 'of 2 artifacts of v2, 1 was last read more than 3 days ago',
    });
    expect(image).toMatchObject({ state: 'unknown', text: 'the image of v2 is where this registry cannot look' });
    expect(image?.next).toContain('LASTGOOD_OCI_ALLOWED_HOSTS');
    expect(pins).toMatchObject({
      state: 'pass',
      text: '1 of 2 places of v2 is held against deletion; nothing can be pinned at the others',
    });
  });

  it('says of a pin that cannot be set, and of one that nobody has tried yet, what to do', () => {
    const first = 's3://bucket/a';
    const pinsOf = (...checks: NewestCheck[]) => checklist(checks).pins?.next;
    expect(pinsOf(checkOf('pin', first, { state: 'missing' }))).toMatch(
      /^Mend what the check says\. Lastgood then sets/,
    );
    expect(pinsOf(checkOf('pin', first, { state: 'forbidden' }))).toMatch(
      /^Grant Lastgood’s credentials the permission/,
    );
    const untried = readiness({ ...bare, checks: [] }).checklist.find(({ name }) => name === 'pins');
    expect(untried).toMatchObject({
      state: 'unknown',
      text: 'of 2 pins of v2, 2 have not been looked at yet',
      next: 'Wait for the first try. A worker makes it: `lastgood worker`; `lastgood up` has one inside.',
    });
  });

  it('is as old as its oldest check', () => {
    const { artifacts } = checklist([checkOf('artifact', 'file:///data/b', { age: 600 })]);
    expect(artifacts).toMatchObject({ oldestAt: new Date(NOW.getTime() - 600_000), maxAgeSeconds: 900 });
  });

  it('of a registry that reads no bytes warns that nothing says what they are', () => {
    const { content } = checklist([], { maxAges: { ...MAX_AGES, content: null } });
    expect(content).toMatchObject({ state: 'warn', expected: 0, next: expect.stringContaining('CHECK_DEEP_SECONDS') });
  });

  it('of a version that needs little says that it does, and passes', () => {
    const target = { proven: true, needs: { version: TARGET, uris: [], image: null, env: { LEVEL: 'info' } } };
    const { 'rollback-target': _target, ...parts } = checklist([], { target, controllers: [] });
    expect(Object.values(parts).map(({ state, text }) => `${state}: ${text}`)).toEqual([
      'pass: v2 has no artifacts',
      'pass: v2 has no artifacts to read',
      'pass: v2 names no image',
      'pass: v2 refers to no secrets',
      'warn: no serving controller reports, so nothing says which config serves',
      'pass: nothing of v2 lies where it could be pinned',
    ]);
  });

  it('warns of an unproven target, which does not by itself keep the alias from being ready', () => {
    const target = { proven: false, needs };
    const { 'rollback-target': item } = checklist([], { target, alias: 'eu' });
    expect(item).toMatchObject({ state: 'warn', text: 'v2, UNPROVEN: it served, but through no whole soak window' });
    expect(item?.next).toContain('lastgood known-good fraud v2 --alias eu');
    const checks = expectedOf({ ...bare, target }).map(({ kind, subject }) => checkOf(kind, subject));
    expect(readiness({ ...bare, target, checks }).verdict).toBe('ready');
  });

  it('without a target says so loudly, and nothing else', () => {
    const all = checklist([], { target: null });
    expect(Object.keys(all)).toEqual(['rollback-target']);
    expect(all['rollback-target']).toMatchObject({ state: 'fail', text: expect.stringContaining('there is NONE') });
  });

  it('asks for two artifacts at one address once', () => {
    const target = { proven: true, needs: { ...needs, uris: ['s3://bucket/a', 's3://bucket/a'] } };
    expect(checklist([], { target })['artifacts']).toMatchObject({ expected: 1, state: 'pass' });
  });
});

describe('the age at which a check is too old', () => {
  const every = (needed: number) => ({ needed, kept: 1, other: 1 });

  it('is three times the interval for what is needed', () => {
    const ages = { artifact: 180, image: 180, env: 180, config: 900, pin: 30, content: 21_600, residency: 45 };
    const others = { leaseSeconds: 45, pinSeconds: 10 };
    expect(maxAgesOf({ look: every(60), deep: every(7_200) }, others)).toEqual(ages);
  });

  it('is a quarter of an hour where nothing looks on a schedule; reading and pins that are switched off are not expected', () => {
    const ages = { artifact: 900, pin: null, content: null };
    const others = { leaseSeconds: 45, pinSeconds: null };
    expect(maxAgesOf({ look: every(0), deep: every(0) }, others)).toMatchObject(ages);
  });
});

describe('the predicted recovery', () => {
  it('is the median of the rollbacks that closed their clock', () => {
    expect(predictRecovery([120, 90_000, 100])).toMatchObject({ milliseconds: 120, rollbacks: 3 });
    expect(predictRecovery([100, 201])).toMatchObject({ milliseconds: 151, rollbacks: 2 });
    expect(predictRecovery([7])).toMatchObject({ milliseconds: 7, text: expect.stringContaining('the last rollback') });
  });

  it('is not known where none has, and says so', () => {
    expect(predictRecovery([])).toMatchObject({
      milliseconds: null,
      rollbacks: 0,
      text: expect.stringContaining('no rollback of this alias has closed its clock yet'),
    });
  });
});
