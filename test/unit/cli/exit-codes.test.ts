import { expect, it } from 'vitest';
import { EXIT, exitCodeOf, exitCodesHelp } from '../../../src/cli/exit-codes.js';
import { ERRORS } from '../../../src/contract/errors.js';

it('exit codes never change: scripts rely on them', () => {
  expect(EXIT).toEqual({
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
  });
});

it('each refusal of the registry has its exit code', () => {
  const byCode = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(ERRORS)) {
    const exit = exitCodeOf(code as keyof typeof ERRORS, status);
    byCode.set(exit, [...(byCode.get(exit) ?? []), code]);
  }
  expect(byCode.get(EXIT.conflict)?.toSorted()).toEqual(
    [
      'already-live',
      'from-not-live',
      'idempotency-key-reused',
      'job-not-failed',
      'model-exists',
      'node-changed',
      'revision-stale',
    ].toSorted(),
  );
  expect(byCode.get(EXIT.unexpected)).toEqual(['internal-error']);
  expect(byCode.get(EXIT.unreachable)).toEqual([
    'store-unreachable',
    'database-unavailable',
    'planning',
    'queue-unavailable',
    'outcome-unknown',
    'shutting-down',
  ]);
  expect(byCode.get(EXIT.notFound)?.every((code) => code.endsWith('not-found'))).toBe(true);
  expect(byCode.get(EXIT.refused)).toContain('no-rollback-target');
  expect([...byCode.keys()].every((exit) => exit !== EXIT.ok)).toBe(true);
});

it('the help lists every code', () => {
  const listed = [...exitCodesHelp().matchAll(/^ {2}(\d) {2}\S/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT));
});
