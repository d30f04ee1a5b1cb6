import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';

type ProblemOf = (value: unknown) => string | null;
type FieldOptions = ApiPropertyOptions & { optional?: boolean };
type RequestClass = abstract new () => object;

/** What a field takes: `problemOf` says what is wrong with a value; `item` is the class of a list's entries. */
export interface FieldRule {
  optional: boolean;
  problemOf: ProblemOf;
  item: RequestClass | null;
}

// By prototype, so that a class that extends another has its fields too.
const RULES = new WeakMap<object, Map<string, FieldRule>>();

/**
 * One field of a request: its rule (a function of `domain/` that says what is wrong) and its documentation.
 * The rule's own text is what the user reads.
 */
export function Field(problemOf: ProblemOf, options: FieldOptions): PropertyDecorator {
  const { optional = false, ...documentation } = options;
  return declare({ optional, problemOf, item: null }, documentation);
}

/** A list whose entries are requests of class `item`, at most `max` of them. */
export function ListField(item: RequestClass, max: number, description: string): PropertyDecorator {
  const problemOf = (value: unknown) => {
    if (!Array.isArray(value)) return 'must be a list of objects';
    return value.length > max ? `must have at most ${max} entries` : null;
  };
  return declare({ optional: false, problemOf, item }, { type: [item], description });
}

/** The fields of a request class by name, in the order of declaration; null where the class is not a request. */
export function fieldsOf(type: { prototype: object }): Map<string, FieldRule> | null {
  const found: [string, FieldRule][] = [];
  for (let level: object | null = type.prototype; level; level = Object.getPrototypeOf(level) as object | null)
    found.unshift(...(RULES.get(level) ?? []));
  return found.length > 0 ? new Map(found) : null;
}

function declare(rule: FieldRule, documentation: ApiPropertyOptions): PropertyDecorator {
  const document = rule.optional ? ApiPropertyOptional(documentation) : ApiProperty(documentation);
  return (prototype, property) => {
    document(prototype, property);
    const rules = RULES.get(prototype) ?? new Map<string, FieldRule>();
    RULES.set(prototype, rules.set(String(property), rule));
  };
}
