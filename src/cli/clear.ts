import type { Command } from 'commander';
import { reasonFlag, versionArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { versionName } from './format.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  alias: string;
  reason?: string;
}

/** `lastgood clear <model> <version>`: lifts the rejection that a rollback left behind. */
export function addClear(program: Command, shell: Shell): void {
  withConnection(program.command('clear'))
    .description('let a version that was rolled back serve under the alias again')
    .argument('<model>', 'the model')
    .argument('<version>', 'the rejected version, such as v191', versionArgument)
    .option('--alias <alias>', 'the alias that rejects it', 'production')
    .option('--reason <text>', 'why; kept in the history')
    .addHelpText('after', example('lastgood clear voice-activity v3 --reason "the fault was in the client"'))
    .action((model: string, version: number, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias, version }, async ({ client, output }) => {
        const reason = reasonFlag(flags.reason, `lastgood clear ${model} v${version} --reason "what turned out"`);
        const alias = await client.clearRejection(model, flags.alias, { version, reason });
        const rest =
          alias.rejected.length === 0 ? '' : ` Still rejected: ${alias.rejected.map(versionName).join(', ')}.`;
        output.result(alias, () => `v${version} may serve under ${alias.alias} of ${model} again.${rest}`);
      }),
    );
}
