import type { FieldProblem } from '../../contract/problem.js';
import { fieldsOf, type FieldRule } from '../../contract/requests/field.js';
import { echoed } from './echoed.js';

type RequestClass = { prototype: object };

/**
 * Everything wrong with a body as a request of class `type`: fields that do not fit, are missing, or are not fields at
 * all. Looks only at the body's own fields, whatever they are called, and changes nothing.
 */
export function bodyProblems(type: RequestClass, body: unknown, place = ''): FieldProblem[] {
  const rules = fieldsOf(type) ?? new Map<string, FieldRule>();
  const known = [...rules.keys()].toSorted().join(', ');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return [{ field: place || 'body', value: echoed(body), message: `must be a JSON object with ${known}` }];
  }
  const at = (name: string) => (place ? `${place}.${name}` : name);
  const values = new Map<string, unknown>(Object.entries(body));
  const unknown = [...values].filter(([name]) => !rules.has(name));
  return [
    ...unknown.map(([name, value]) => ({
      field: at(name),
      value: echoed(value),
      message: `is not a field here; known are ${known}`,
    })),
    ...[...rules].flatMap(([name, { optional, problemOf, item }]): FieldProblem[] => {
      if (optional && !values.has(name)) return [];
      const value = values.get(name);
      const message = problemOf(value);
      if (message !== null) return [{ field: at(name), value: echoed(value), message }];
      const entries: unknown[] = item && Array.isArray(value) ? value : [];
      return entries.flatMap((entry, index) => (item ? bodyProblems(item, entry, `${at(name)}[${index}]`) : []));
    }),
  ];
}
