import type { ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage, registerDecorator, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../api-description.js';

type ProblemOf = (value: unknown) => string | null;
type FieldOptions = ApiPropertyOptions & { optional?: boolean };
/** A class whose fields are declared with {@link Field} or {@link ListField}. */
export type RequestClass = abstract new () => object;

// The class of a list's entries, by the prototype and the name of the list.
const ITEMS = new WeakMap<object, Map<string, RequestClass>>();

/**
 * One field of a request: its rule (a function of `domain/` that says what is wrong) and its documentation.
 * The rule's own text is what the user reads.
 */
export function Field(problemOf: ProblemOf, options: FieldOptions): PropertyDecorator {
  const { optional = false, ...documentation } = options;
  const document = optional ? ApiPropertyOptional(documentation) : ApiProperty(documentation);
  return (prototype, property) => {
    document(prototype, property);
    // Not IsOptional: null is a value that somebody sent, and no field takes it.
    if (optional) ValidateIf((_, value) => value !== undefined)(prototype, property);
    validated(prototype, property, problemOf);
  };
}

/** A list whose entries are requests of class `item`, at most `max` of them. */
export function ListField(item: RequestClass, max: number, description: string): PropertyDecorator {
  const problemOf = (value: unknown) => {
    if (!Array.isArray(value)) return 'must be a list of objects';
    return value.length > max ? `must have at most ${max} entries` : null;
  };
  return (prototype, property) => {
    ApiProperty({ type: [item], description })(prototype, property);
    const items = ITEMS.get(prototype) ?? new Map<string, RequestClass>();
    ITEMS.set(prototype, items.set(String(property), item));
    validated(prototype, property, problemOf);
  };
}

/** The names of a request class's fields, those of the classes that it extends too; empty where it is no request. */
export function fieldsOf(type: RequestClass): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))].toSorted();
}

/** The class of a list field's entries; null for any other field. */
export function itemOf(type: RequestClass, field: string): RequestClass | null {
  for (let level: object | null = type.prototype; level; level = Object.getPrototypeOf(level) as object | null) {
    const item = ITEMS.get(level)?.get(field);
    if (item) return item;
  }
  return null;
}

function validated(prototype: object, property: string | symbol, problemOf: ProblemOf): void {
  registerDecorator({
    name: 'fits',
    target: prototype.constructor,
    propertyName: String(property),
    validator: {
      validate: (value) => problemOf(value) === null,
      defaultMessage: (validation) => problemOf(validation?.value) ?? '',
    },
  });
}
