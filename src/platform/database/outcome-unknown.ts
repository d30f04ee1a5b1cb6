/**
 * The connection broke while a transaction was being committed, so PostgreSQL may or may not have done it. Only reading
 * tells.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}
