import type { Command } from 'commander';
import { versionArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { driftsOf, driftText } from './drift.js';
import { example } from './example.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { modelText } from './show-model.js';
import { versionText } from './show-version.js';
import { verdictsOf } from './verdicts.js';

/** `lastgood show <model> [version]`: a model with its aliases, or one version with all that is recorded of it. */
export function addShow(program: Command, shell: Shell): void {
  withConnection(program.command('show'))
    .description('show a model and its aliases, or one version and its checks')
    .argument('<model>', 'the model')
    .argument('[version]', 'one version of it, such as v184', versionArgument)
    .addHelpText('after', example('lastgood show voice-activity', 'lastgood show voice-activity v2'))
    .action((model: string, version: number | undefined, flags: ConnectionFlags) =>
      runCommand(shell, flags, { model, version }, async ({ client, output }) => {
        if (version === undefined) {
          const [view, aliases] = await Promise.all([client.getModel(model), client.listAliases(model)]);
          const [drifts, verdicts] = await Promise.all([
            driftsOf(client, model, aliases),
            verdictsOf(client, model, aliases),
          ]);
          const told = aliases.map((alias) => ({ ...alias, readiness: verdicts[alias.alias] ?? null }));
          output.result({ ...view, aliases: told, drifts }, () => {
            return [modelText(shell, view, told), driftText(shell, drifts)].filter((text) => text !== '').join('\n\n');
          });
        } else {
          const view = await client.getVersion(model, version);
          const checks = await client.checks(model, version);
          output.result({ ...view, checks }, () => versionText(shell, view, checks));
        }
      }),
    );
}
