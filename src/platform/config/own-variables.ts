import { settingList } from './setting-list.js';
import { clientVariables } from './unknown-variables.js';

// Of AWS, because the chain of credentials that S3 clients go through begins with the environment.
const OWN_PREFIXES = ['LASTGOOD_*', 'AWS_*'];

/**
 * The variables that this process itself reads, as patterns: many of them are its credentials. `used` are those that
 * other settings name.
 */
export function ownVariables(used: readonly string[]): string[] {
  return [...OWN_PREFIXES, ...settingList.map(({ env }) => env), ...clientVariables, ...used];
}
