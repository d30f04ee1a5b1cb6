import type { Command } from 'commander';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { prepullText } from './prepull-text.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { watchPrepull } from './watch-prepull.js';

/** `lastgood prepull status <model>`: which versions lie on which nodes, before they are needed. */
export function addPrepull(program: Command, shell: Shell): void {
  const prepull = program
    .command('prepull')
    .helpGroup('Nodes:')
    .description('see how weights and images come to the nodes before they are needed');
  withConnection(prepull.command('status'))
    .description('show how far the versions of a model that may be needed have come on each node')
    .argument('<model>', 'the model')
    .option('--watch', 'go on until all of them lie where they must; JSON lines where nobody watches')
    .addHelpText(
      'after',
      example('lastgood prepull status voice-activity', 'lastgood prepull status voice-activity --watch'),
    )
    .action((model: string, flags: ConnectionFlags & { watch?: boolean }) =>
      runCommand(shell, flags, { model }, async (session) => {
        if (flags.watch) return watchPrepull(session, model);
        const view = await session.client.modelResidency(model);
        session.output.result(view, () => prepullText(shell, view));
      }),
    );
}
