import type { ReadinessItemView, ReadinessSubjectView, ReadinessVerdict, ReadinessView } from '../client/index.js';
import { lasting } from './check-table.js';
import { evidenceText } from './evidence-text.js';
import { ago, duration, versionName } from './format.js';
import type { Shell } from './shell.js';
import { fields, table } from './table.js';

type Look = Pick<Shell, 'paint' | 'now' | 'columns'>;

/** A verdict as people read it at a glance: ready, NOT READY, or unknown. */
export function verdictText({ paint }: Pick<Shell, 'paint'>, verdict: ReadinessVerdict): string {
  if (verdict === 'ready') return paint.green('ready');
  return verdict === 'not-ready' ? paint.red('NOT READY') : paint.yellow('unknown');
}

/** An alias's readiness: the verdict, the checklist with what is wrong below each line, and how long a rollback takes. */
export function readinessText(shell: Look, view: ReadinessView): string {
  const { model, alias, live, target, verdict, checklist, predictedRecovery } = view;
  const { paint } = shell;
  const head = fields(shell, [
    ['readiness', `${paint.bold(alias)} of ${paint.bold(model)}: ${verdictText(shell, verdict)}`],
    ['rollback', `${versionName(live)} → ${target === null ? paint.red('NONE') : versionName(target.version)}`],
    ['would take', recoveryText(predictedRecovery)],
  ]);
  return [head, linesOf(shell, checklist), ...checklist.flatMap((item) => troubleOf(shell, item))].join('\n\n');
}

function recoveryText({ milliseconds, rollbacks }: ReadinessView['predictedRecovery']): string {
  if (milliseconds === null) return 'not known: no rollback has closed its clock yet';
  return `${duration(milliseconds)}, the median of ${rollbacks === 1 ? 'one rollback' : `${rollbacks} rollbacks`}`;
}

function linesOf(shell: Look, checklist: ReadinessItemView[]): string {
  const rows = checklist.map(({ state, name, text, oldestObservedAt }) => [
    `${sign(shell, state)} ${name}`,
    text,
    oldestObservedAt === null ? '' : ago(oldestObservedAt, shell.now()),
  ]);
  return table(shell, ['  CHECK', 'SAW', 'OLDEST'], rows);
}

function sign({ paint }: Look, state: ReadinessItemView['state']): string {
  const signs = { pass: paint.green('✓'), warn: paint.yellow('!'), fail: paint.red('✗'), unknown: paint.yellow('?') };
  return signs[state];
}

/** What is wrong with one line of the checklist, and what to do about it; nothing where all is well. */
function troubleOf(shell: Look, { name, state, next, failing, unknown, subjects }: ReadinessItemView): string[] {
  if (next === null) return [];
  const named = subjects.map((subject) => `  ${subjectText(shell, subject)}`);
  const more = failing + unknown - subjects.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return [[`${sign(shell, state)} ${name}: ${next}`, ...named, ...rest].join('\n')];
}

function subjectText(shell: Look, { subject, found, evidence, observedAt, since }: ReadinessSubjectView): string {
  const why = evidenceText(evidence);
  // Of what counts no more, it says nothing how long it had been so.
  const counts = !['stale', 'ahead', 'unchecked'].includes(found);
  const time = counts ? lasting(shell, since) : '';
  const seen = observedAt === null ? '' : `, seen ${ago(observedAt, shell.now())}`;
  return `${subject}  ${found}${time}${seen}${why === '' ? '' : `: ${why}`}`;
}
