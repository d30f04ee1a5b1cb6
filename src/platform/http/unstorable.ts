import type { FieldProblem } from '../../contract/problem.js';

const DEEPEST = 64;

/**
 * The places in a JSON body that cannot be kept exactly: NUL characters and lone surrogates in texts and names (not in
 * PostgreSQL), numbers too large for a double, nesting without end, and a name that JavaScript gives a meaning of its own.
 * Found before anything is done with the body.
 */
export function unstorable(value: unknown, field = '', depth = 0): FieldProblem[] {
  if (typeof value === 'string') return textProblem(value, field);
  if (typeof value === 'number' && !Number.isFinite(value))
    return [{ field, message: 'is a number too large to keep; send it as a text' }];
  if (typeof value !== 'object' || value === null) return [];
  if (depth === DEEPEST) return [{ field, message: `is nested too deeply; at most ${DEEPEST} levels are kept` }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => unstorable(entry, `${field}[${index}]`, depth + 1));
  return Object.entries(value).flatMap(([name, entry]) => {
    const place = field ? `${field}.${name}` : name;
    if (name === '__proto__') return [{ field: place, message: 'is a name that cannot be kept; use another' }];
    return [...textProblem(name, place), ...unstorable(entry, place, depth + 1)];
  });
}

function textProblem(text: string, field: string): FieldProblem[] {
  if (!text.includes('\u0000') && text.isWellFormed()) return [];
  const message = 'has a character that cannot be stored: NUL, or half of a surrogate pair';
  return [{ field: field.toWellFormed(), value: text.slice(0, 200).toWellFormed(), message }];
}
