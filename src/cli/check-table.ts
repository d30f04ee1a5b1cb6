import type { CheckView } from '../client/index.js';
import { evidenceText } from './evidence-text.js';
import { ago, duration } from './format.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

/** Observations as people read them: what, how it was, when, and the evidence where it was not as recorded. */
export function checkTable(shell: Shell, checks: CheckView[]): string {
  const rows = checks.map(({ kind, subject, state, since, observedAt, durationMs, evidence }) => [
    kind,
    subject,
    state === 'present' ? shell.paint.green(state) : shell.paint.red(`${state}${lasting(shell, since)}`),
    ago(observedAt, shell.now()),
    duration(durationMs),
    state === 'present' ? '' : evidenceText(evidence),
  ]);
  return table(shell, ['CHECK', 'SUBJECT', 'STATE', 'SEEN', 'TOOK', 'EVIDENCE'], rows);
}

/** ` for 3 min`: how long it has been so; nothing where that is not known or is but a moment. */
export function lasting({ now }: Pick<Shell, 'now'>, since: string | null): string {
  const forMs = since === null ? 0 : now().getTime() - Date.parse(since);
  return forMs < 10_000 ? '' : ` for ${duration(forMs)}`;
}
