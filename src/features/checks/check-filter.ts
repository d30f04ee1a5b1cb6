import type { CheckKind, CheckState } from '../../contract/views.js';
import { Refusal, refuseFields } from '../../contract/refusal.js';

const KINDS: Record<CheckKind, true> = {
  artifact: true,
  content: true,
  image: true,
  env: true,
  config: true,
  pin: true,
  residency: true,
};
const STATES: Record<CheckState, true> = {
  present: true,
  changed: true,
  missing: true,
  forbidden: true,
  unreachable: true,
  unsupported: true,
};

/** Which observations of a version's history are wanted; all kinds and states are named where none was asked for. */
export interface CheckFilter {
  kinds: string[];
  states: string[];
  subject: string | null;
}

/** Reads `kind`, `state` and `subject` of a query string. */
export function readCheckFilter(query: Record<string, unknown>): CheckFilter | Refusal {
  const problems = [problemOf('kind', query['kind'], KINDS), problemOf('state', query['state'], STATES)].flat();
  const subject = query['subject'] ?? null;
  if (subject !== null && typeof subject !== 'string')
    problems.push({ field: 'subject', value: subject, message: 'must be given once' });
  if (problems.length > 0) return refuseFields(problems);
  return {
    kinds: wanted(query['kind'], KINDS),
    states: wanted(query['state'], STATES),
    subject: subject as string | null,
  };
}

function problemOf(field: string, value: unknown, known: object) {
  if (value === undefined || (typeof value === 'string' && Object.hasOwn(known, value))) return [];
  return [{ field, value, message: `must be one of ${Object.keys(known).join(', ')}` }];
}

const wanted = (value: unknown, known: object): string[] => (typeof value === 'string' ? [value] : Object.keys(known));
