// The two kinds of names people choose. Both appear in URLs, file paths and label values, so both stay plain.
const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const ALIAS_NAME = /^[a-z][a-z0-9-]{0,62}$/;

export const TARGET_ALIAS = 'rollback-target';
export const CANDIDATE_ALIAS = 'candidate';

/** Says what is wrong with a model's name, or null when it may be used. */
export function modelNameProblem(value: unknown): string | null {
  if (typeof value === 'string' && MODEL_NAME.test(value)) return null;
  return 'must be 1 to 63 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit (voice-activity, fraud.v2)';
}

/** Says what is wrong with an alias's name, or null when it may be used. */
export function aliasNameProblem(value: unknown): string | null {
  if (typeof value === 'string' && (ALIAS_NAME.test(value) || pairedWith(value) !== null)) return null;
  return 'must match [a-z][a-z0-9-]{0,62} (production, staging-eu)';
}

/** The alias that holds the rollback target of a serving alias. */
export function targetAliasOf(alias: string): string {
  return alias === 'production' ? TARGET_ALIAS : `${alias}-${TARGET_ALIAS}`;
}

/**
 * The serving alias that a paired alias belongs to (`rollback-target` → `production`, `eu-candidate` → `eu`),
 * or null for an alias that people move themselves.
 */
export function pairedWith(alias: string): string | null {
  for (const role of [TARGET_ALIAS, CANDIDATE_ALIAS]) {
    if (alias === role) return 'production';
    const base = alias.endsWith(`-${role}`) ? alias.slice(0, -role.length - 1) : '';
    if (ALIAS_NAME.test(base)) return base;
  }
  return null;
}
