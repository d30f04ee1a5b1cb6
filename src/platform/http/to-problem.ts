import { HttpException } from '@nestjs/common';
import { problemOf, type Problem } from '../../contract/problem.js';
import { Refusal } from '../../contract/refusal.js';
import { OutcomeUnknownError } from '../database/outcome-unknown.js';
import { isDatabaseUnavailable, whyDatabaseRefuses } from '../database/unavailable.js';
import { RefusedException } from './refused.exception.js';

/** What a problem says of the request that met it. */
interface Asked {
  method: string;
  url: string;
  routeOptions?: { bodyLimit?: number | undefined };
}

/** Turns whatever was thrown or returned into a problem. `surprise` says that it belongs in the log. */
export function toProblem(error: unknown, request: Asked): { problem: Problem; surprise: boolean } {
  const refusal = error instanceof RefusedException ? error.refusal : (expected(error, request) ?? error);
  if (refusal instanceof Refusal) {
    return { problem: problemOf(refusal.code, refusal.detail, refusal.extra), surprise: false };
  }
  const detail = 'This is a fault of Lastgood, not of the request. Its log holds the cause; trying again is safe.';
  return { problem: problemOf('internal-error', detail), surprise: true };
}

// What the framework and the driver throw for things that are not surprises.
function expected(error: unknown, { method, url, routeOptions }: Asked): Refusal | null {
  if (error instanceof OutcomeUnknownError) {
    return new Refusal(
      'outcome-unknown',
      'The connection to PostgreSQL broke while the change was on its way: it is made whole or not at all, within a few seconds, and only reading tells. Wait ten seconds, read, then decide.',
    );
  }
  if (isDatabaseUnavailable(error)) {
    return new Refusal(
      'database-unavailable',
      `PostgreSQL ${whyDatabaseRefuses(error) ?? 'does not answer'}, so nothing was changed. Resolve and watch go on from memory. Try again in a moment.`,
    );
  }
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number })?.statusCode;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || status === 413) {
    return new Refusal(
      'body-too-large',
      `At most ${routeOptions?.bodyLimit ?? 0} bytes are taken here. Artifacts are uploaded to /v1/artifacts, not put into a record; else raise LASTGOOD_BODY_LIMIT_BYTES.`,
    );
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || status === 415) {
    return new Refusal('unsupported-media-type', 'Send Content-Type: application/json.');
  }
  if (status === 404) {
    return new Refusal(
      'route-not-found',
      `${method} ${url} is nothing that Lastgood answers. /docs lists what it does.`,
    );
  }
  if (status === 414)
    return new Refusal('invalid-request', 'A part of the address is too long: names have at most 63 characters.');
  if (status === 400) return new Refusal('invalid-request', message ?? 'The request cannot be read.');
  return null;
}
