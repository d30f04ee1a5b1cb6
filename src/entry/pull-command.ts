import type { Command } from 'commander';
import { countArgument, example, withConnection, type Shell } from '../cli/index.js';
import type { PullFlags } from './pull.js';

/** `lastgood pull <model@alias> <folder>`: a version's weights, for an init container or a laptop. */
export function addPull(program: Command, shell: Shell): void {
  withConnection(program.command('pull'))
    .description('put the weights of a version into a folder, verified, whole or not at all')
    .argument('<model[@alias]>', 'the model, and the alias if not production, or @v184 for that version')
    .argument('<folder>', 'the folder that they become; it must not be there yet, or be empty')
    .option('--cache <folder>', "take them from this node's cache where it has them (LASTGOOD_CACHE)")
    .option('--last-good <folder>', 'where the last answer of the registry is kept (LASTGOOD_LAST_GOOD)')
    .option('--parts <n>', 'parts of files that are fetched at the same time', countArgument, 8)
    .addHelpText(
      'after',
      example('lastgood pull chat@production /models/chat', 'lastgood pull chat@v184 ./chat-v184 --json'),
    )
    .action(async (name: string, folder: string, flags: PullFlags) => {
      // Loaded when it runs: `lastgood rollback` must not wait for stores.
      const { pull } = await import('./pull.js');
      await pull(shell, name, folder, flags);
    });
}
