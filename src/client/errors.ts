import type { ErrorCode } from '../contract/errors.js';
import type { FieldProblem, Problem } from '../contract/problem.js';

/**
 * The registry's answer was "no". `code` is stable and meant for programs, `detail` says what to do next,
 * `errors` names the fields, and `current` is the state that the request collided with, where the registry sent it.
 */
export class LastgoodError extends Error {
  override readonly name = 'LastgoodError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: FieldProblem[];
  readonly current: unknown;

  constructor(readonly problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.current = problem.current;
  }
}

/** No answer came that Lastgood could have given: nothing listens, the time ran out, or something else answered. */
export class LastgoodUnreachable extends Error {
  override readonly name = 'LastgoodUnreachable';

  constructor(
    readonly url: string,
    readonly reason: string,
    options: { cause?: unknown; advice?: string } = {},
  ) {
    super(`${url} ${reason}. ${options.advice ?? 'Is the registry running there? LASTGOOD_URL names its address.'}`, {
      cause: options.cause,
    });
  }
}

/** A file of this machine (the last-good file, an upload's source) that cannot be used; the text says which and why. */
export class LastgoodFileError extends Error {
  override readonly name = 'LastgoodFileError';
}

/** Whether trying again is pointless until somebody changes the token or the request. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof LastgoodError)) return false;
  return [400, 401, 403].includes(error.status);
}
