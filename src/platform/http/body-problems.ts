import { validateSync } from 'class-validator';
import type { FieldProblem } from '../../contract/problem.js';
import { fieldsOf, itemOf, type RequestClass } from '../../contract/requests/field.js';
import { echoed } from './echoed.js';

/**
 * Everything wrong with a body as a request of class `type`: fields that do not fit, are missing, or are not fields at
 * all. Looks only at the body's own fields, whatever they are called, and changes nothing.
 */
export function bodyProblems(type: RequestClass, body: unknown, place = ''): FieldProblem[] {
  const fields = fieldsOf(type);
  const known = fields.join(', ');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return [{ field: place || 'body', value: echoed(body), message: `must be a JSON object with ${known}` }];
  }
  const at = (name: string) => (place ? `${place}.${name}` : name);
  const values = new Map<string, unknown>(Object.entries(body));
  return [
    ...[...values]
      .filter(([name]) => !fields.includes(name))
      .map(([name, value]) => ({
        field: at(name),
        value: echoed(value),
        message: `is not a field here; known are ${known}`,
      })),
    ...misfits(type, fields, values).map(({ name, value, message }) => ({
      field: at(name),
      value: echoed(value),
      message,
    })),
    ...fields.flatMap((name): FieldProblem[] => {
      const item = itemOf(type, name);
      const entries: unknown[] = item && Array.isArray(values.get(name)) ? (values.get(name) as unknown[]) : [];
      return entries.flatMap((entry, index) => (item ? bodyProblems(item, entry, `${at(name)}[${index}]`) : []));
    }),
  ];
}

// class-validator finds the rules by an object's constructor, which a body may have a field of that name for. So it is
// given an object of the class that has just the known fields, and never the body itself.
function misfits(type: RequestClass, fields: string[], values: Map<string, unknown>) {
  const shell = Object.create(type.prototype as object) as object;
  for (const name of fields) Object.defineProperty(shell, name, { value: values.get(name), enumerable: true });
  return validateSync(shell, { forbidUnknownValues: false }).map(({ property, value, constraints = {} }) => ({
    name: property,
    value: value as unknown,
    message: Object.values(constraints).join('; '),
  }));
}
