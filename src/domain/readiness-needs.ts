import type { CheckKind } from './check.js';
import type { Env } from './env.js';
import { canBePinned } from './pin.js';

/** What the rollback target needs outside the registry, as its record says. */
export interface TargetNeeds {
  readonly version: number;
  /** Where its artifacts lie. */
  readonly uris: readonly string[];
  readonly image: string | null;
  readonly env: Env;
}

/** The parts of a checklist that rest on checks. Stable names: programs match on them. */
export const CHECKED_ITEMS = ['artifacts', 'content', 'image', 'env', 'config', 'pins'] as const;
export type CheckedItem = (typeof CHECKED_ITEMS)[number];

/** The kind of check that each part rests on. */
export const KIND_OF: Record<CheckedItem, CheckKind> = {
  artifacts: 'artifact',
  content: 'content',
  image: 'image',
  env: 'env',
  config: 'config',
  pins: 'pin',
};

/**
 * What must have been looked at for each part, by the subject of its check. Every artifact is asked for and read, every
 * secret that env refers to is resolved, and whatever can be held against deletion is.
 */
export function expectedSubjects(
  item: CheckedItem,
  { needs, alias, controllers }: { needs: TargetNeeds; alias: string; controllers: readonly string[] },
): string[] {
  const image = needs.image === null ? [] : [needs.image];
  const subjects: Record<CheckedItem, () => string[]> = {
    artifacts: () => [...needs.uris],
    content: () => [...needs.uris],
    image: () => image,
    env: () => Object.keys(needs.env).filter((name) => typeof needs.env[name] !== 'string'),
    config: () => controllers.map((controller) => `${alias}/${controller}`),
    pins: () => [...needs.uris.filter(canBePinned), ...image],
  };
  return [...new Set(subjects[item]())];
}
