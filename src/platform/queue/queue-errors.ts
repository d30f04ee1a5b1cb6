/** A job that the queue could never take: a mistake of the code that made it. */
export class InvalidJobError extends Error {
  override readonly name = 'InvalidJobError';
  readonly code = 'job_invalid';
}

/** The registered handlers and the declared jobs do not match one to one. The process must not start. */
export class JobHandlerError extends Error {
  override readonly name = 'JobHandlerError';

  constructor(
    readonly code: 'job_declared_twice' | 'job_handler_duplicate' | 'job_handler_missing' | 'job_undeclared',
    readonly jobs: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/** The queue did not take or answer the call; nothing is known of its effect. Safe to repeat with the same job ids. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'queue_unavailable';
}

/** The queue's own tables are missing from the database. */
export class QueueSchemaError extends Error {
  override readonly name = 'QueueSchemaError';
  readonly code = 'queue_schema_missing';
}

/** Thrown by a handler when no further attempt can help: the job fails at once, and stays visible as failed. */
export class PermanentJobError extends Error {
  override readonly name = 'PermanentJobError';
}

/** What to tell an operator whose database lacks the queue's tables. */
export const missingSchema = 'the database has no tables for background jobs; run the migrations first';
