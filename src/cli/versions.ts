import type { Command } from 'commander';
import type { VersionView } from '../client/index.js';
import { countArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, bytes, shortDigest, shortImage, versionName } from './format.js';
import { table } from './output.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';

/** `lastgood versions <model>`: its versions, newest first. */
export function addVersions(program: Command, shell: Shell): void {
  withConnection(program.command('versions'))
    .description('list the versions of a model, newest first')
    .argument('<model>', 'the model')
    .option('--limit <n>', 'how many at most', countArgument, 20)
    .addHelpText('after', example('lastgood versions voice-activity --limit 5'))
    .action((model: string, flags: ConnectionFlags & { limit: number }) =>
      runCommand(shell, flags, { model }, async ({ client, output }) => {
        const { items, more } = await firstItems(flags.limit, (page) => client.listVersions(model, page));
        output.result({ items, more }, () => (items.length === 0 ? nothing(model) : versionTable(shell, items)));
        if (more) output.note(`There are older ones; --limit ${flags.limit} shows these.`);
      }),
    );
}

const nothing = (model: string): string =>
  `${model} has no versions yet. To register one: lastgood register ${model} --upload model.onnx`;

function versionTable(shell: Shell, versions: VersionView[]): string {
  const head = ['VERSION', 'DIGEST', 'ARTIFACTS', 'SIZE', 'IMAGE', 'ALIASES', 'CREATED', 'BY'];
  const rows = versions.map(({ version, digest, artifacts, image, aliases, createdAt, createdBy }) => [
    shell.paint.bold(versionName(version)),
    shortDigest(digest),
    String(artifacts.length),
    bytes(artifacts.reduce((sum, { size }) => sum + size, 0)),
    shortImage(image),
    aliases.join(', '),
    ago(createdAt, shell.now()),
    createdBy,
  ]);
  return table(shell, head, rows);
}
