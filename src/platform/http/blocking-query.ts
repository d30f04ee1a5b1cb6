import { Refusal, refuseField } from '../../contract/refusal.js';

const MAX_WAIT_SECONDS = 300;

/** Which revision the caller of a blocking query has, null for none, and how long it waits for another. */
export interface BlockingQuery {
  revision: number | null;
  waitMs: number;
}

/** Reads `?revision=R&wait=30s` of a query string. Waits longer than five minutes are cut to that. */
export function readBlockingQuery(query: { revision?: string; wait?: string }): BlockingQuery | Refusal {
  const { revision, wait } = query;
  if (revision !== undefined && !/^[0-9]{1,15}$/.test(revision))
    return refuseField('revision', revision, 'must be a revision, a whole number from 0');
  const seconds = wait === undefined ? 0 : Number(/^([0-9]{1,6})s?$/.exec(wait)?.[1] ?? NaN);
  if (Number.isNaN(seconds)) return refuseField('wait', wait, 'must be seconds, such as 30s');
  return {
    revision: revision === undefined ? null : Number(revision),
    waitMs: Math.min(seconds, MAX_WAIT_SECONDS) * 1000,
  };
}
