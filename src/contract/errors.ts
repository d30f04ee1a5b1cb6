/** One row of the error table: what programs match on, what HTTP says, and what people read first. */
interface ErrorRow {
  status: number;
  title: string;
}

const row = (status: number, title: string): ErrorRow => ({ status, title });

/**
 * Every refusal there is, by its stable code. The code never changes once released; titles may be reworded.
 * Problems are rendered as RFC 9457 with `type` = `urn:lastgood:problem:<code>`.
 */
export const ERRORS = {
  'invalid-request': row(400, 'A field of the request cannot be used'),
  'malformed-json': row(400, 'The body is not JSON'),
  unauthorized: row(401, 'A valid token is needed'),
  'route-not-found': row(404, 'There is nothing at this address'),
  'model-not-found': row(404, 'No such model'),
  'version-not-found': row(404, 'No such version'),
  'alias-not-found': row(404, 'No such alias'),
  'rollback-not-found': row(404, 'No such rollback'),
  'node-not-found': row(404, 'No such node'),
  'artifact-not-found': row(404, 'No such artifact in the store'),
  'job-not-found': row(404, 'No such job'),
  'model-exists': row(409, 'The model exists already'),
  'model-in-use': row(409, 'An alias points at this model'),
  'model-not-empty': row(409, 'The model has versions, and versions are kept'),
  'version-in-use': row(409, 'An alias points at this version'),
  'version-immutable': row(409, 'Versions are never changed or deleted'),
  'version-rejected': row(409, 'The version was rejected under this alias'),
  'version-not-rejected': row(409, 'The version is not rejected under this alias'),
  'version-not-served': row(409, 'The version cannot be vouched for'),
  'alias-paired': row(409, 'Lastgood moves this alias itself'),
  'idempotency-key-reused': row(409, 'The idempotency key belongs to another record'),
  'no-rollback-target': row(409, 'There is nothing to roll back to'),
  'from-not-live': row(409, 'The alias has moved on'),
  'already-live': row(409, 'The version is live already'),
  'job-not-failed': row(409, 'Only a failed job can be run again'),
  'node-taken': row(409, 'Another agent reports under this name'),
  'node-reporting': row(409, 'The node still reports'),
  'node-changed': row(409, 'The node has reported since it was looked at'),
  'revision-stale': row(412, 'The alias changed since it was read'),
  'body-too-large': row(413, 'The body is too large'),
  'unsupported-media-type': row(415, 'The body has a media type that is not taken here'),
  'upload-mismatch': row(422, 'The bytes are not the announced ones'),
  'upload-incomplete': row(400, 'The upload ended early'),
  'range-outside': row(416, 'The range lies outside the bytes'),
  'internal-error': row(500, 'Something broke inside Lastgood'),
  'store-unreachable': row(502, 'The artifact store did not answer'),
  'database-unavailable': row(503, 'The database cannot be reached'),
  planning: row(503, 'A plan for the nodes is being made'),
  'queue-unavailable': row(503, 'The job queue does not answer'),
  'outcome-unknown': row(503, 'Nobody knows yet whether the change was made'),
  'shutting-down': row(503, 'This replica is shutting down'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
