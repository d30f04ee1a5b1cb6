import { ERRORS, type ErrorCode } from './errors.js';

/** One field that cannot be used: where it is, what came, and what would be right. */
export interface FieldProblem {
  field: string;
  value?: unknown;
  message: string;
}

/** An error as it crosses the wire: `application/problem+json`, RFC 9457, with our `code` and `errors`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance?: string;
  errors?: FieldProblem[];
  /** The state that the refused request collided with, where showing it spares a read. */
  current?: unknown;
}

/** Renders one row of the error table with what is particular to this refusal. */
export function problemOf(
  code: ErrorCode,
  detail: string,
  extra: { errors?: FieldProblem[]; current?: unknown; instance?: string } = {},
): Problem {
  const { status, title } = ERRORS[code];
  return { type: `urn:lastgood:problem:${code}`, title, status, code, detail, ...extra };
}
