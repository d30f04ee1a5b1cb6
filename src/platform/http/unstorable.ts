import type { FieldProblem } from '../../contract/problem.js';

/**
 * The places in a JSON body that PostgreSQL cannot keep exactly: NUL characters and lone surrogates in texts and names,
 * numbers too large for a double. Found before anything is done with the body.
 */
export function unstorable(value: unknown, field = ''): FieldProblem[] {
  if (typeof value === 'string') return textProblem(value, field);
  if (typeof value === 'number' && !Number.isFinite(value))
    return [{ field, message: 'is a number too large to keep' }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => unstorable(entry, `${field}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const place = field ? `${field}.${name}` : name;
    return [...textProblem(name, place), ...unstorable(entry, place)];
  });
}

function textProblem(text: string, field: string): FieldProblem[] {
  const bad = text.includes('\u0000') || !text.isWellFormed();
  return bad
    ? [{ field: field.toWellFormed(), message: 'has a character that cannot be stored: NUL, or half of a pair' }]
    : [];
}
