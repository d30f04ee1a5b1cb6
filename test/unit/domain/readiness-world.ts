import * as fc from 'fast-check';
import type { CheckState } from '../../../src/domain/check.js';
import type { NewestCheck } from '../../../src/domain/readiness-evidence.js';
import { CHECKED_ITEMS, expectedSubjects, KIND_OF } from '../../../src/domain/readiness-needs.js';
import type { ReadinessFacts } from '../../../src/domain/readiness.js';

export const NOW = new Date('2031-05-01T12:00:00Z');
export const LIVE = 3;
export const TARGET = 2;
export const MAX_AGES = { artifact: 900, image: 900, env: 900, config: 900, pin: 900, content: 259_200, residency: 45 };
export const STATES: CheckState[] = ['present', 'changed', 'missing', 'forbidden', 'unreachable', 'unsupported'];

const URIS = ['s3://bucket/a', 's3://bucket/b', 'oci://registry/c', 'https://host/d', 'file:///data/e'];
const IMAGE = 'registry/server@sha256:1';

// On both sides of each age at which something changes, and exactly on it; what lies in the future is negative.
const age = fc.constantFrom(-1e6, -61, -60, -1, 0, 1, 600, 900, 901, 259_200, 259_201, 1e8);
const state = fc.constantFrom<CheckState>('present', 'present', 'present', ...STATES);

/** A moment so many seconds before {@link NOW}. */
export const secondsAgo = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

/** A check of a version. */
export function checkOf(
  kind: NewestCheck['kind'],
  subject: string,
  seen: { state?: CheckState; age?: number; version?: number } = {},
): NewestCheck {
  const observedAt = secondsAgo(seen.age ?? 1);
  const version = seen.version ?? (kind === 'config' ? LIVE : TARGET);
  return { version, kind, subject, state: seen.state ?? 'present', evidence: null, observedAt, since: observedAt };
}

/** Every check that is expected of these facts, as kind and subject. */
export function expectedOf(facts: Omit<ReadinessFacts, 'checks'>): Pick<NewestCheck, 'kind' | 'subject'>[] {
  if (facts.target === null) return [];
  const { needs } = facts.target;
  return CHECKED_ITEMS.flatMap((item) =>
    expectedSubjects(item, { ...facts, needs }).map((subject) => ({ kind: KIND_OF[item], subject })),
  );
}

const withoutChecks: fc.Arbitrary<Omit<ReadinessFacts, 'checks'>> = fc
  .record({
    proven: fc.option(fc.boolean(), { freq: 8 }),
    uris: fc.subarray(URIS),
    image: fc.constantFrom(IMAGE, null),
    secrets: fc.subarray(['TOKEN', 'KEY']),
    controllers: fc.subarray(['one', 'two']),
  })
  .map(({ proven, uris, image, secrets, controllers }) => {
    const env = { PLAIN: 'text', ...Object.fromEntries(secrets.map((name) => [name, { secretRef: 'env://X' }])) };
    const target = proven === null ? null : { proven, needs: { version: TARGET, uris, image, env } };
    return {
      model: 'm',
      alias: 'production',
      live: LIVE,
      target,
      controllers,
      residency: null,
      maxAges: MAX_AGES,
      now: NOW,
    };
  });

/** An alias that needs this and that, with a check of each expected thing or without, of any state and age. */
export const worlds: fc.Arbitrary<ReadinessFacts> = withoutChecks.chain((facts) =>
  fc
    .tuple(
      ...expectedOf(facts).map(({ kind, subject }) =>
        fc.option(
          fc.record({ state, age }).map((seen) => checkOf(kind, subject, seen)),
          { freq: 6 },
        ),
      ),
    )
    .map((checks) => ({ ...facts, checks: checks.filter((check) => check !== null) })),
);

/** The same, with everything there and seen a second ago. */
export const healthy: fc.Arbitrary<ReadinessFacts> = withoutChecks
  .filter(({ target }) => target !== null)
  .map((facts) => ({ ...facts, checks: expectedOf(facts).map(({ kind, subject }) => checkOf(kind, subject)) }));
