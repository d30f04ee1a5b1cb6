import type { Command } from 'commander';
import type { AliasView } from '../client/index.js';
import { reasonFlag, revisionArgument, versionArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { versionName } from './format.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { targetText } from './show-model.js';

interface Flags extends ConnectionFlags {
  alias: string;
  reason?: string;
  ifRevision?: number;
}

/** `lastgood promote <model> <version>`: points an alias at a version. */
export function addPromote(program: Command, shell: Shell): void {
  withConnection(program.command('promote'))
    .description('point an alias at a version')
    .argument('<model>', 'the model')
    .argument('<version>', 'the version to serve, such as v184', versionArgument)
    .option('--alias <alias>', 'the alias to move', 'production')
    .option('--reason <text>', 'why; kept in the history')
    .option('--if-revision <n>', 'only while the alias still has this revision', revisionArgument)
    .addHelpText('after', example('lastgood promote voice-activity v3 --reason "fewer false alarms on music"'))
    .action((model: string, version: number, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias, version }, async ({ client, output }) => {
        const reason = reasonFlag(flags.reason, `lastgood promote ${model} v${version} --reason "why it is better"`);
        const move = { version, reason, ifRevision: flags.ifRevision };
        const alias = await client.promote(model, flags.alias, move);
        output.result(alias, () => promotedText(shell, alias));
      }),
    );
}

function promotedText(shell: Shell, alias: AliasView): string {
  const { model, version, revision, rollbackTarget } = alias;
  const name = shell.paint.bold(alias.alias);
  const moved = `${name} of ${model} is ${shell.paint.bold(versionName(version))} (revision ${revision}).`;
  if (rollbackTarget !== null) return `${moved}\nA rollback would return to ${targetText(shell, alias)}.`;
  const warning = shell.paint.red('There is NOTHING to roll back to');
  return `${moved}\n${warning}: no other version has served under ${alias.alias} without being rejected.`;
}
