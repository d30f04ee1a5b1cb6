import type { Command } from 'commander';
import type { ModelView } from '../client/index.js';
import { countArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, versionName } from './format.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

/** `lastgood models`: what is registered, and where its aliases point. */
export function addModels(program: Command, shell: Shell): void {
  withConnection(program.command('models'))
    .description('list the models and where their aliases point')
    .option('--limit <n>', 'how many at most', countArgument, 100)
    .addHelpText('after', example('lastgood models'))
    .action((flags: ConnectionFlags & { limit: number }) =>
      runCommand(shell, flags, {}, async ({ client, output }) => {
        const { items, more } = await firstItems(flags.limit, (page) => client.listModels(page));
        output.result({ items, more }, () => (items.length === 0 ? NOTHING : modelTable(shell, items)));
        if (more) output.note(`There are more: --limit shows more than ${flags.limit}.`);
      }),
    );
}

const NOTHING = 'No models yet. To begin: lastgood register my-model --create-model --upload model.onnx';

function modelTable(shell: Shell, models: ModelView[]): string {
  const head = ['MODEL', 'LATEST', 'ALIASES', 'CREATED', 'BY', 'DESCRIPTION'];
  const rows = models.map(({ model, latestVersion, aliases, createdAt, createdBy, description }) => [
    shell.paint.bold(model),
    versionName(latestVersion),
    aliases.map(({ alias, version }) => `${alias} ${versionName(version)}`).join(', '),
    ago(createdAt, shell.now()),
    createdBy,
    description,
  ]);
  return table(shell, head, rows);
}
