// SQLSTATE classes that say "the server is not there for us", as opposed to "the statement is wrong":
// 08 connection, 57P0x shutdown and crash, 53300 too many connections.
const SQLSTATES = /^(?:08...|57P0[1-5]|53300)$/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
// node-postgres reports these two without a code.
const MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

/** Whether an exception means that PostgreSQL cannot be reached just now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (SQLSTATES.test(code) || SOCKET.has(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  return MESSAGES.test(error.message) || isDatabaseUnavailable((error as { driverError?: unknown }).driverError);
}
