const MAX_REASON = 2000;
const MAX_ENTRIES = 64;
const KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

/** Says what is wrong with the reason of a move, or null. A reason is text for whoever reads the history in a year. */
export function reasonProblem(value: unknown): string | null {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= MAX_REASON) return null;
  return `must say why, in 1 to ${MAX_REASON} characters ("latency doubled after v191")`;
}

/** Says what is wrong with a free text of at most `max` characters, or null. */
export function textProblem(max: number): (value: unknown) => string | null {
  return (value) =>
    typeof value === 'string' && value.length <= max ? null : `must be text of at most ${max} characters`;
}

/** Says what is wrong with a map of labels (short texts by name), or null. */
export function labelsProblem(value: unknown): string | null {
  return mapProblem(value, (v) => typeof v === 'string' && v.length <= 256, 'a text of at most 256 characters');
}

/** Says what is wrong with a map of metrics (finite numbers by name), or null. */
export function metricsProblem(value: unknown): string | null {
  return mapProblem(value, (v) => typeof v === 'number' && Number.isFinite(v), 'a number');
}

/** Says what is wrong with a JSON object, or null. */
export function objectProblem(value: unknown): string | null {
  return isObject(value) ? null : 'must be a JSON object';
}

/** Says what is wrong with a yes or no, or null. */
export function booleanProblem(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'must be true or false';
}

/** What PostgreSQL's integer holds at most. */
export const MOST_COUNTED = 2_147_483_647;

/** Says what is wrong with a whole number from `min` to `max`, or null. */
export function wholeNumberProblem(min: number, max = Number.MAX_SAFE_INTEGER): (value: unknown) => string | null {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? null
      : `must be a whole number from ${min} to ${max}`;
}

function mapProblem(value: unknown, fits: (entry: unknown) => boolean, kind: string): string | null {
  if (!isObject(value)) return `must be an object whose values are each ${kind}`;
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES) return `must have at most ${MAX_ENTRIES} entries`;
  for (const [name, entry] of entries) {
    const shown = JSON.stringify(name.slice(0, 80));
    if (!KEY.test(name)) return `has the name ${shown}: use letters, digits, dot, dash, _ and /, at most 63`;
    // The entry itself may be long, or a secret: whoever reads this has it.
    if (!fits(entry)) return `has something else than ${kind} at ${shown}`;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
