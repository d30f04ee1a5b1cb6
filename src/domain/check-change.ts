import type { CheckKind, CheckState } from './check.js';
import { judgementOf, type Judged } from './readiness-evidence.js';

/** One subject that was seen in another state than before. `was` is null where it was never looked at before. */
export interface TurnedCheck {
  readonly kind: CheckKind;
  readonly subject: string;
  readonly state: CheckState;
  readonly was: CheckState | null;
  /** The sentence of its evidence, where it has one. */
  readonly said: string | null;
}

/** Subjects of one version that turned the same way, and what that means for the way back to it. */
export interface CheckChange {
  readonly kind: CheckKind;
  readonly state: CheckState;
  readonly was: CheckState | null;
  readonly judgement: Judged['judgement'];
  readonly count: number;
  /** The first few of them. */
  readonly subjects: readonly string[];
  readonly said: string | null;
}

/** How many subjects a change names. Ten thousand missing files are one fact. */
const MOST_SUBJECTS = 3;

/**
 * What of a version turned from passing to not passing, or back, or from failing to unknown, or back. Another state that means
 * the same (changed, then missing) is no change. What was never looked at counts as passing: nobody had to hear of it.
 */
export function changesOf(turned: readonly TurnedCheck[]): CheckChange[] {
  const groups = new Map<string, TurnedCheck[]>();
  for (const one of turned) {
    if (judgementOf(one.kind, one.state) === judgementOf(one.kind, one.was ?? 'present')) continue;
    const way = `${one.kind} ${one.was} ${one.state}`;
    groups.set(way, [...(groups.get(way) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { kind, state, was, said } = first;
    const subjects = group.slice(0, MOST_SUBJECTS).map(({ subject }) => subject);
    return [{ kind, state, was, said, judgement: judgementOf(kind, state), count: group.length, subjects }];
  });
}

const NOUNS: Record<CheckKind, [one: string, many: string]> = {
  artifact: ['an artifact', 'artifacts'],
  content: ['the content of an artifact', 'contents of artifacts'],
  image: ['the image', 'images'],
  env: ['a secret', 'secrets'],
  config: ['the config of a controller', 'configs of controllers'],
  pin: ['a pin', 'pins'],
  residency: ['a node', 'nodes'],
};

/** A change in a sentence without its subject and full stop, such as `3 artifacts are missing, were present`. */
export function changeText({ kind, state, was, judgement, count }: CheckChange): string {
  const [one, many] = NOUNS[kind];
  const [what, is, had] = count === 1 ? [one, 'is', 'was'] : [`${count} ${many}`, 'are', 'were'];
  const before = was === null ? 'never looked at before' : `${had} ${was}`;
  return judgement === 'pass' ? `${what} ${is} well again, ${before}` : `${what} ${is} ${state}, ${before}`;
}
