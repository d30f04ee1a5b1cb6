import type { Command } from 'commander';
import { reasonFlag, secondsArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { duration } from './format.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  alias: string;
  reason?: string;
}

/** `lastgood soak <model> <window>`: how long a version must serve untouched before it is known good. */
export function addSoak(program: Command, shell: Shell): void {
  withConnection(program.command('soak'))
    .description('set how long a version must serve under an alias before it is known good')
    .argument('<model>', 'the model')
    .argument('<window>', 'the soak window, such as 90s, 30m or 2h', secondsArgument)
    .option('--alias <alias>', 'the alias', 'production')
    .option('--reason <text>', 'why; kept in the history')
    .addHelpText('after', example('lastgood soak voice-activity 2h --reason "errors show up only after an hour"'))
    .action((model: string, windowMs: number, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias }, async ({ client, output }) => {
        const reason = reasonFlag(flags.reason, `lastgood soak ${model} 2h --reason "why that long"`);
        const soakSeconds = windowMs / 1000;
        const alias = await client.configureAlias(model, flags.alias, { soakSeconds, reason });
        output.result(
          alias,
          () => `A version is known good under ${alias.alias} of ${model} after ${duration(windowMs)}.`,
        );
      }),
    );
}
