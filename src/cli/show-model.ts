import type { AliasView, ModelView, ReadinessVerdict } from '../client/index.js';
import { ago, versionName } from './format.js';
import { verdictText } from './readiness-text.js';
import type { Shell } from './shell.js';
import { fields, table } from './table.js';

/** An alias with what its readiness came to; null where it was not asked for. */
type Told = AliasView & { readiness: ReadinessVerdict | null };

/** A model as `lastgood show` prints it: what it is, and each alias with what a rollback of it would return to. */
export function modelText(shell: Shell, model: ModelView, aliases: Told[]): string {
  const now = shell.now();
  const about = fields(shell, [
    ['model', shell.paint.bold(model.model)],
    ['description', model.description],
    ['labels', pairs(model.labels)],
    ['latest version', versionName(model.latestVersion)],
    ['created', `${ago(model.createdAt, now)} by ${model.createdBy} (${model.createdAt})`],
  ]);
  if (aliases.length === 0) return `${about}\n\nNo alias points at it yet. To serve one: ${promoteLine(model)}`;
  const head = [
    'ALIAS',
    'VERSION',
    'ROLLBACK TARGET',
    'READINESS',
    'REJECTED',
    'REVISION',
    'LIVE SINCE',
    'MOVED BY',
    'REASON',
  ];
  const rows = aliases.map((alias) => [
    shell.paint.bold(alias.alias),
    versionName(alias.version),
    targetText(shell, alias),
    alias.readiness === null ? '–' : verdictText(shell, alias.readiness),
    alias.rejected.map(versionName).join(', '),
    String(alias.revision),
    ago(alias.liveSince, now),
    alias.changedBy,
    alias.reason,
  ]);
  return `${about}\n\n${table(shell, head, rows)}`;
}

/** What a rollback of the alias would return to, and how sure that is. A missing target is said loudly. */
export function targetText(shell: Pick<Shell, 'paint'>, { rollbackTarget, soakEndsAt }: AliasView): string {
  if (rollbackTarget !== null) {
    const name = versionName(rollbackTarget.version);
    return rollbackTarget.proven ? `${name}, known good` : `${name}, ${shell.paint.yellow('UNPROVEN')}`;
  }
  // Paired aliases are never rolled back themselves: they have no soak window either.
  return soakEndsAt === null ? '–' : shell.paint.red('NONE');
}

/** `team=risk, stage=eu`. */
export function pairs(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

const promoteLine = ({ model, latestVersion }: ModelView): string =>
  `lastgood promote ${model} v${latestVersion ?? 1} --reason "…"`;
