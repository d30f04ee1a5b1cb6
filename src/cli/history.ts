import type { Command } from 'commander';
import type { AliasChangeView } from '../client/index.js';
import { countArgument, timeArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, duration, versionName } from './format.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

interface Flags extends ConnectionFlags {
  alias: string;
  at?: string;
  limit: number;
}

/** `lastgood history <model>`: who moved an alias, from where to where, when and why. */
export function addHistory(program: Command, shell: Shell): void {
  withConnection(program.command('history'))
    .description('show who moved an alias, when and why, newest first')
    .argument('<model>', 'the model')
    .option('--alias <alias>', 'the alias', 'production')
    .option('--at <time>', 'only the move that was in force then', timeArgument)
    .option('--limit <n>', 'how many at most', countArgument, 20)
    .addHelpText(
      'after',
      example('lastgood history voice-activity', 'lastgood history voice-activity --at 2031-05-01T14:30:00Z'),
    )
    .action((model: string, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias }, async ({ client, output }) => {
        const { alias, at, limit } = flags;
        const { items, more } = await firstItems(limit, (page) => client.history(model, alias, { ...page, at }));
        output.result({ items, more }, () => (items.length === 0 ? nothing(flags, model) : historyTable(shell, items)));
        if (more) output.note(`There are older ones: --limit shows more than ${limit}.`);
      }),
    );
}

const nothing = ({ alias, at }: Flags, model: string): string =>
  at === undefined ? `${alias} of ${model} has never moved.` : `${alias} of ${model} did not point anywhere at ${at}.`;

function aboutText({ version, soakSeconds }: NonNullable<AliasChangeView['about']>): string {
  if (soakSeconds !== undefined) return `soak ${duration(soakSeconds * 1000)}`;
  return versionName(version ?? null);
}

function historyTable(shell: Shell, changes: AliasChangeView[]): string {
  const rows = changes.map(({ at, revision, action, from, to, about, actor, reason }) => [
    `${at} (${ago(at, shell.now())})`,
    String(revision),
    action === 'rollback' ? shell.paint.yellow(action) : action,
    about === null ? `${versionName(from)} → ${versionName(to)}` : aboutText(about),
    actor,
    reason,
  ]);
  return table(shell, ['WHEN', 'REVISION', 'ACTION', 'MOVE', 'BY', 'REASON'], rows);
}
