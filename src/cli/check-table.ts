import type { CheckView } from '../client/index.js';
import { evidenceText } from './evidence-text.js';
import { ago, duration } from './format.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

type Look = Pick<Shell, 'paint' | 'columns' | 'now'>;

/** How many rows of a table somebody may still read; thousands also take seconds to be laid out. */
export const MOST_ROWS = 100;

/** Observations as people read them: what, how it was, when, and the evidence where it was not as recorded. Empty for none. */
export function checkTable(shell: Look, checks: CheckView[]): string {
  if (checks.length === 0) return '';
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

/**
 * The newest observation of each thing, with what is not present first. Of very many only so many as somebody reads, and a
 * line that says how the rest is.
 */
export function newestTable(shell: Look, checks: CheckView[]): string {
  const inOrder = presentLast(checks);
  const rest = inOrder.slice(MOST_ROWS);
  const shown = checkTable(shell, inOrder.slice(0, MOST_ROWS));
  if (rest.length === 0) return shown;
  const troubled = rest.filter(({ state }) => state !== 'present').length;
  const how = troubled === 0 ? 'all present' : `${troubled} of them not present`;
  return `${shown}\n\nand ${rest.length} more, ${how}; --json shows all`;
}

/** The same observations, those that saw something else than what was recorded first. */
export function presentLast(checks: CheckView[]): CheckView[] {
  return checks.toSorted((a, b) => Number(a.state === 'present') - Number(b.state === 'present'));
}

/** ` for 3 min`: how long it has been so; nothing where that is not known or is but a moment. */
export function lasting({ now }: Pick<Shell, 'now'>, since: string | null): string {
  const forMs = since === null ? 0 : now().getTime() - Date.parse(since);
  return forMs < 10_000 ? '' : ` for ${duration(forMs)}`;
}
