import type { ErrorCode } from './errors.js';
import type { FieldProblem } from './problem.js';

/**
 * An expected "no", returned (never thrown) by a use case. `detail` tells the user what to do next.
 * A transaction whose work ends in a refusal is rolled back.
 */
export class Refusal {
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly extra: { errors?: FieldProblem[]; current?: unknown } = {},
  ) {}
}

/** A refusal of one field of the request. */
export function refuseField(field: string, value: unknown, message: string): Refusal {
  return new Refusal('invalid-request', `${field} ${message}`, { errors: [{ field, value, message }] });
}
