import { LastgoodError, LastgoodFileError, LastgoodUnreachable, type FieldProblem } from '../client/index.js';
import { CommandFailure } from './command-failure.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.js';
import { nextCommand, type Subject } from './next-command.js';

/** A failed command, ready to be shown. */
export interface Failure {
  exitCode: ExitCode;
  title: string;
  detail: string;
  fields: FieldProblem[];
  next: string | undefined;
  /** For programs: the registry's Problem as it came, or one of the same shape. */
  document: unknown;
}

/** What a thrown thing means for the person and for the exit code. */
export function failureOf(error: unknown, subject: Subject = {}): Failure {
  if (error instanceof LastgoodError) {
    const { problem, code, status, detail, errors } = error;
    const next = nextCommand(code, subject);
    return {
      exitCode: exitCodeOf(code, status),
      title: problem.title,
      detail,
      fields: errors,
      next,
      document: problem,
    };
  }
  if (error instanceof CommandFailure) {
    return own(error.code, error.exitCode, error.title, error.detail, error.next);
  }
  if (error instanceof LastgoodUnreachable) {
    return own('unreachable', EXIT.unreachable, 'No answer from the registry', error.message);
  }
  if (error instanceof LastgoodFileError) return own('file', EXIT.unexpected, 'A file cannot be used', error.message);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return own('unexpected', EXIT.unexpected, 'Something broke inside the command', detail);
}

function own(code: string, exitCode: ExitCode, title: string, detail: string, next?: string): Failure {
  const document = { type: `urn:lastgood:problem:${code}`, title, code, detail };
  return { exitCode, title, detail, fields: [], next, document };
}

/** The failure as a person reads it: what, why, which fields, what to try. */
export function failureText({ title, detail, fields, next }: Failure): string {
  // A refusal of one field says the same in its detail; the field's own line adds the value.
  const [only] = fields.length === 1 ? fields : [];
  const repeats = only !== undefined && detail === `${only.field} ${only.message}`;
  const lines = [`error: ${title}`, ...(repeats ? [] : detail.split('\n').map((line) => `  ${line}`))];
  for (const { field, value, message } of fields) lines.push(`  ${field}${shown(value)}: ${message}`);
  if (next !== undefined) lines.push(`try: ${next}`);
  return lines.filter((line) => line.trim() !== '').join('\n');
}

const shown = (value: unknown): string => (value === undefined ? '' : ` ${JSON.stringify(value)}`);
