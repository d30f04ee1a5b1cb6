import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateIf, registerDecorator } from 'class-validator';

type ProblemOf = (value: unknown) => string | null;
type FieldOptions = ApiPropertyOptions & { optional?: boolean };

/**
 * One field of a request: its rule (a function of `domain/` that says what is wrong) and its documentation.
 * The rule's own text is what the user reads.
 */
export function Field(problemOf: ProblemOf, options: FieldOptions): PropertyDecorator {
  const { optional = false, ...documentation } = options;
  const document = optional ? ApiPropertyOptional(documentation) : ApiProperty(documentation);
  return (target, property) => {
    document(target, property);
    // Not class-validator's IsOptional: null is a value that somebody sent, and no field takes it.
    if (optional) ValidateIf((_, value) => value !== undefined)(target, property);
    registerDecorator({
      name: 'fits',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value) => problemOf(value) === null,
        defaultMessage: (arguments_) => problemOf(arguments_?.value) ?? '',
      },
    });
  };
}
