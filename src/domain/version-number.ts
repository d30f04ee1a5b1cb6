/** Writes a version the way people say it: 184 → `v184`. */
export function formatVersion(version: number): string {
  return `v${version}`;
}

/** Reads `v184`, `184` or 184; null for anything else. Numbers start at 1 and fit PostgreSQL's integer. */
export function parseVersion(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^v?[1-9][0-9]{0,9}$/.test(text)) return null;
  const version = Number(text.replace('v', ''));
  return version <= 2_147_483_647 ? version : null;
}

/** Says what is wrong with a version's number, or null when it can be read. */
export function versionProblem(value: unknown): string | null {
  return parseVersion(value) === null ? 'must be a version number such as 184 or v184' : null;
}
