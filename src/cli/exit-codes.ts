import type { ErrorCode } from '../client/index.js';

/** What the process ends with. Scripts rely on these numbers: they are never given another meaning. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  conflict: 5,
  unreachable: 6,
  aborted: 7,
  timedOut: 8,
  notReady: 9,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: [ExitCode, string][] = [
  [EXIT.ok, 'done'],
  [EXIT.unexpected, 'something broke that should not have'],
  [EXIT.usage, 'the command line cannot be used; nothing was sent'],
  [EXIT.refused, 'the registry refused; the same command will be refused again'],
  [EXIT.notFound, 'no such model, version, alias, artifact, job, node or record'],
  [EXIT.conflict, 'the state is not the one that was assumed: look again, then decide'],
  [EXIT.unreachable, 'the registry, its database, its job queue or its store gave no answer'],
  [EXIT.aborted, 'the person at the terminal said no'],
  [EXIT.timedOut, 'done, but what --wait waited for did not happen in time'],
  [EXIT.notReady, 'a rollback would not work now, or nobody knows whether it would'],
];

/** The paragraph that `lastgood --help` ends with. */
export function exitCodesHelp(): string {
  return ['Exit codes:', ...MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`)].join('\n');
}

// Conflicts are refusals that looking again can clear up; the other refusals stay as they are.
const CONFLICTS = new Set<ErrorCode>([
  'revision-stale',
  'from-not-live',
  'already-live',
  'job-not-failed',
  'node-changed',
  'model-exists',
  'idempotency-key-reused',
]);

/** The exit code for a refusal of the registry. */
export function exitCodeOf(code: ErrorCode, status: number): ExitCode {
  if (CONFLICTS.has(code)) return EXIT.conflict;
  if (status === 404) return EXIT.notFound;
  if (status === 500) return EXIT.unexpected;
  return status > 500 ? EXIT.unreachable : EXIT.refused;
}
