import { settingList } from './setting-list.js';

/** Read by the command line and not by the server, so no typing error. */
export const clientVariables = ['LASTGOOD_ACTOR', 'LASTGOOD_LAST_GOOD'];

/** Levenshtein distance: how many letters must be added, removed or replaced to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/**
 * A warning for each `LASTGOOD_` variable that nothing reads, with the name that was probably meant. `used` are those
 * that other settings name.
 */
export function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  used: readonly string[] = [],
): string[] {
  const known = [...settingList.map((setting) => setting.env), ...clientVariables, ...used];
  const unknown = Object.keys(env).filter((name) => name.startsWith('LASTGOOD_') && !known.includes(name));
  return unknown.toSorted().map((name) => {
    const nearest = known.toSorted((a, b) => distance(name, a) - distance(name, b))[0] ?? '';
    const hint = distance(name, nearest) <= 4 ? ` Did you mean ${nearest}?` : '';
    return `The environment variable ${name} is not a setting and has no effect.${hint}`;
  });
}
