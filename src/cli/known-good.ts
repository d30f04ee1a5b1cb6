import type { Command } from 'commander';
import { reasonFlag, versionArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { versionName } from './format.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { targetText } from './show-model.js';

interface Flags extends ConnectionFlags {
  alias: string;
  reason?: string;
}

/** `lastgood known-good <model> <version>`: an operator's word for a version that no soak window of ours has watched. */
export function addKnownGood(program: Command, shell: Shell): void {
  withConnection(program.command('known-good'))
    .description('declare a version known good that served before Lastgood watched it')
    .argument('<model>', 'the model')
    .argument('<version>', 'a version that serves or served under the alias', versionArgument)
    .option('--alias <alias>', 'the alias it served under', 'production')
    .option('--reason <text>', 'why; kept in the history')
    .addHelpText(
      'after',
      example('lastgood known-good voice-activity v1 --reason "served for a year before the registry"'),
    )
    .action((model: string, version: number, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias, version }, async ({ client, output }) => {
        const reason = reasonFlag(flags.reason, `lastgood known-good ${model} v${version} --reason "how it is known"`);
        const alias = await client.declareKnownGood(model, flags.alias, { version, reason });
        output.result(alias, () => {
          const declared = `${versionName(version)} is known good under ${alias.alias} of ${model}.`;
          return `${declared}\nA rollback would return to ${targetText(shell, alias)}.`;
        });
      }),
    );
}
