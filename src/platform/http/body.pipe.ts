import { ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import type { FieldProblem } from '../../contract/problem.js';
import { Refusal } from '../../contract/refusal.js';
import { RefusedException } from './refused.exception.js';

/** Checks bodies against their request class: every bad field is named, unknown ones too, and nothing is coerced. */
export function bodyPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    // The object that a field is in tells which fields it could have had. It is not sent back.
    validationError: { target: true, value: true },
    exceptionFactory: (errors) => refused(errors.flatMap((error) => fieldsOf(error, ''))),
  });
}

function refused(errors: FieldProblem[]): RefusedException {
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new RefusedException(new Refusal('invalid-request', detail, { errors }));
}

function fieldsOf(error: ValidationError, parent: string): FieldProblem[] {
  const index = /^\d+$/.test(error.property);
  const field = index ? `${parent}[${error.property}]` : parent ? `${parent}.${error.property}` : error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, text]) => ({
    field,
    value: echoed(error.value),
    message: rule === 'whitelistValidation' ? `is not a field here; known are ${knownFields(error.target)}` : text,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldsOf(child, field))];
}

// Enough of a value to recognise it by; a refusal does not send a megabyte back.
function echoed(value: unknown): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length <= 500 ? value : `${text.slice(0, 200)}…`;
}

function knownFields(target: object | undefined): string {
  if (!target) return 'none';
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(rules.map((rule) => rule.propertyName))].toSorted().join(', ');
}
