import type { AliasView, RollbackView } from '../client/index.js';
import { ago, duration } from './format.js';
import type { Shell } from './shell.js';
import { fields } from './table.js';

/** What a rollback will undo, for the person who is about to agree to it. */
export function previewText(
  shell: Pick<Shell, 'paint' | 'now' | 'columns'>,
  live: AliasView,
  { reason, to, earlier }: { reason: string; to?: number; earlier: RollbackView | null },
): string {
  const { paint } = shell;
  const since = duration(Math.max(0, shell.now().getTime() - Date.parse(live.liveSince)));
  const warning =
    earlier && `${earlier.actor} rolled it back from v${earlier.from} to v${earlier.to} just now: ${earlier.reason}`;
  return fields(shell, [
    ['roll back', `${paint.bold(live.alias)} of ${paint.bold(live.model)} (revision ${live.revision})`],
    ['careful', warning ? paint.yellow(`${warning}. This would be one step further back.`) : ''],
    ['from', `${paint.red(`v${live.version}`)}, live for ${since}, since ${live.liveSince}`],
    ['', `moved there by ${live.changedBy}: ${live.reason}`],
    ['to', destination(paint, live, to)],
    ['because', reason],
  ]);
}

function destination(paint: Shell['paint'], { rollbackTarget, rejected }: AliasView, to: number | undefined): string {
  const target = to ?? rollbackTarget?.version ?? 0;
  const name = paint.green(`v${target}`);
  if (rejected.includes(target)) return `${name}, ${paint.red('REJECTED')} under this alias before`;
  if (rollbackTarget?.version !== target) return `${name}, named by you; nothing says that it served here`;
  if (rollbackTarget.proven) return `${name}, known good: it served through a whole soak window`;
  return `${name}, ${paint.yellow('UNPROVEN')}: it served, but through no whole soak window`;
}

/** What a rollback did. When a colleague's rollback was the one that counted, both are told the same and this says so. */
export function doneText(
  shell: Pick<Shell, 'paint' | 'now' | 'columns'>,
  rollback: RollbackView,
  { actor, commandToCommitMs }: { actor: string; commandToCommitMs: number },
): string {
  const { paint } = shell;
  const { model, alias, from, to, proven, revision, timeline } = rollback;
  const registryMs = Date.parse(timeline.committedAt) - Date.parse(timeline.requestedAt);
  const lines = [
    `${paint.bold(alias)} of ${paint.bold(model)}: ${paint.red(`v${from}`)} → ${paint.green(`v${to}`)}` +
      `${proven ? '' : ` (${paint.yellow('UNPROVEN')})`}, rollback ${rollback.id}, revision ${revision}`,
    rollback.actor === actor
      ? `committed ${duration(commandToCommitMs)} after the command, ${duration(registryMs)} of it in the registry`
      : `${rollback.actor} had rolled it back ${ago(timeline.committedAt, shell.now())}, because: ${rollback.reason}. It happened once.`,
    `v${from} is rejected under ${alias} now; \`lastgood clear ${model} v${from}\` lifts that.`,
  ];
  return lines.join('\n');
}
