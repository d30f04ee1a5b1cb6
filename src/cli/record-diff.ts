import type { VersionView } from '../client/index.js';

/** One difference between two versions: where it is, and what stands there on each side; null where nothing does. */
export interface Difference {
  part: 'image' | 'artifact' | 'env' | 'serving' | 'source' | 'label' | 'metric';
  name: string;
  before: unknown;
  after: unknown;
}

type Flat = Map<string, unknown>;

/** What differs between two versions, part by part: first what makes them serve differently, then what is said of them. */
export function recordDiff(before: VersionView, after: VersionView): Difference[] {
  return [
    ...compare('image', new Map([['image', before.image]]), new Map([['image', after.image]])),
    ...compare('artifact', files(before), files(after)),
    ...compare('env', flat(before.env, 1), flat(after.env, 1)),
    ...compare('serving', flat(before.serving), flat(after.serving)),
    ...compare('source', flat(before.source), flat(after.source)),
    ...compare('label', flat(before.labels), flat(after.labels)),
    ...compare('metric', flat(before.metrics), flat(after.metrics)),
  ];
}

function files({ artifacts }: VersionView): Flat {
  return new Map(artifacts.map(({ path, digest, size, uri }) => [path, { digest, size, uri }]));
}

function compare(part: Difference['part'], before: Flat, after: Flat): Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return names
    .map((name) => ({ part, name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((difference) => canonical(difference.before) !== canonical(difference.after));
}

/** The leaves of nested objects under dotted names. Lists are leaves: where they differ, both are worth seeing whole. */
function flat(value: object, depth = Infinity): Flat {
  const leaves: Flat = new Map();
  const walk = (entry: unknown, name: string, left: number): void => {
    const branch = typeof entry === 'object' && entry !== null && !Array.isArray(entry) && left > 0;
    if (branch && Object.keys(entry).length > 0) {
      for (const [key, inner] of Object.entries(entry)) walk(inner, name === '' ? key : `${name}.${key}`, left - 1);
    } else if (name !== '') leaves.set(name, entry);
  };
  walk(value, '', depth);
  return leaves;
}

// PostgreSQL keeps no order of keys, so two equal objects may arrive spelt differently.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}
