import { Option, type Command } from 'commander';
import type { VersionListInput, VersionView } from '../client/index.js';
import { countArgument, repeated, timeArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, bytes, shortDigest, shortImage, versionName } from './format.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

interface Flags extends ConnectionFlags {
  limit: number;
  label?: string[];
  alias?: string;
  state?: VersionListInput['state'];
  after?: string;
  before?: string;
}

/** `lastgood versions <model>`: its versions, newest first. */
export function addVersions(program: Command, shell: Shell): void {
  withConnection(program.command('versions'))
    .description('list the versions of a model, newest first')
    .argument('<model>', 'the model')
    .option('--limit <n>', 'how many at most', countArgument, 20)
    .option('--label <name=value>', 'only those with this label; repeatable', repeated)
    .option('--alias <alias>', 'only those that the alias points at, or of --state under it')
    .addOption(
      new Option('--state <state>', 'only those of this state under --alias').choices([
        'live',
        'served',
        'known-good',
        'rejected',
      ]),
    )
    .option('--after <time>', 'only those registered after', timeArgument)
    .option('--before <time>', 'only those registered before', timeArgument)
    .addHelpText(
      'after',
      example('lastgood versions voice-activity --limit 5', 'lastgood versions fraud --state known-good'),
    )
    .action((model: string, flags: Flags) =>
      runCommand(shell, flags, { model }, async ({ client, output }) => {
        const { items, more } = await firstItems(flags.limit, (page) =>
          client.listVersions(model, { ...page, ...filterOf(flags) }),
        );
        output.result({ items, more }, () => (items.length === 0 ? nothing(model, flags) : versionTable(shell, items)));
        if (more) output.note(`There are older ones: --limit shows more than ${flags.limit}.`);
      }),
    );
}

function filterOf({ label, alias, state, after, before }: Flags): VersionListInput {
  return { label, alias, state, createdAfter: after, createdBefore: before };
}

const nothing = (model: string, flags: Flags): string =>
  Object.values(filterOf(flags)).some((part) => part !== undefined)
    ? `No version of ${model} is like that.`
    : `${model} has no versions yet. To register one: lastgood register ${model} --upload model.onnx`;

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
