import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { refuseFields } from '../../contract/refusal.js';
import { fieldsOf, type RequestClass } from '../../contract/requests/field.js';
import { bodyProblems } from './body-problems.js';
import { RefusedException } from './refused.exception.js';

/**
 * Checks bodies against their request class: every bad field is named, unknown ones too. What passes is handed on as it
 * came: nothing is coerced, copied or left out, since a record must be kept exactly as it was sent.
 */
@Injectable()
export class BodyPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== 'body' || metatype === undefined || fieldsOf(metatype as RequestClass).length === 0) return value;
    const body = value === undefined ? {} : value;
    const problems = bodyProblems(metatype, body);
    if (problems.length > 0) throw new RefusedException(refuseFields(problems));
    return body;
  }
}
