import type { ErrorCode } from './errors.js';
import type { FieldProblem } from './problem.js';

// A record of ten thousand files can be wrong in thirty thousand places; whoever mends it reads the first few.
const MOST_TOLD = 20;
const MOST_LISTED = 100;

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
  return refuseFields([{ field, value, message }]);
}

/** A refusal of several fields of the request at once; of very many, the first hundred. */
export function refuseFields(found: FieldProblem[]): Refusal {
  const problems = found.map((problem) => ({ ...problem, field: shortened(problem.field) }));
  const told = problems.slice(0, MOST_TOLD).map(({ field, message }) => `${field} ${message}`);
  const more = problems.length > MOST_TOLD ? `; and ${problems.length - MOST_TOLD} more` : '';
  return new Refusal('invalid-request', told.join('; ') + more, { errors: problems.slice(0, MOST_LISTED) });
}

const shortened = (field: string): string => (field.length <= 300 ? field : `${field.slice(0, 300)}…`);
