import { QUERY_TIMED_OUT } from './give-up-on-silence.js';

// SQLSTATEs that say "the server cannot do it just now", as opposed to "the statement is wrong": 08 connection, 53 out of
// connections, memory or disk, 57P0x shutdown and crash, 57014 and 55P03 waited too long, 25P0x the transaction was given
// up, 25006 a standby that does not write, 28 and 3D we are not let in.
const SQLSTATES = /^(?:08...|53...|57P0.|57014|55P03|25P0[34]|25006|28...|3D000)$/;
const SOCKET = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN'.split(
    ' ',
  ),
);
// node-postgres reports these without a code.
const MESSAGES =
  /^Connection terminated|^timeout exceeded when trying to connect|^timeout expired|^Client (?:has encountered a connection error|was closed)/;
// The connection broke between two statements of a transaction, so TypeORM took it away before the next.
const NAMES = new Set(['QueryRunnerAlreadyReleasedError', 'QueryRunnerProviderAlreadyReleasedError']);

// What PostgreSQL says of itself and no statement brings about alone. Not among them: out of memory (53200) and a limit on
// temporary files (53400), which may be one statement's own doing.
const REFUSALS: Readonly<Record<string, string>> = {
  25006: 'is read-only (a standby, or set so)',
  53100: 'has no room left on its disk',
  53300: 'has no connection left to give',
};

/** Whether an exception means that PostgreSQL cannot be reached, or cannot answer, just now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (SQLSTATES.test(code) || SOCKET.has(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (error.message === QUERY_TIMED_OUT || MESSAGES.test(error.message) || NAMES.has(error.name)) return true;
  return isDatabaseUnavailable(driverError);
}

/**
 * Why PostgreSQL does no such thing just now, for whoever asks, in words that follow its name; null where it said nothing of
 * the kind. It may answer other questions all the same: one that is read-only, or whose disk is full, is read as ever.
 */
export function whyDatabaseRefuses(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  return (typeof code === 'string' ? REFUSALS[code] : undefined) ?? whyDatabaseRefuses(driverError);
}
