import type { Command } from 'commander';
import { versionArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { bytes, shortDigest, shortImage, versionName } from './format.js';
import { recordDiff, type Difference } from './record-diff.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

/** `lastgood diff <model> <version> <version>`: what makes the second serve differently from the first. */
export function addDiff(program: Command, shell: Shell): void {
  withConnection(program.command('diff'))
    .description('show what differs between two versions')
    .argument('<model>', 'the model')
    .argument('<before>', 'a version, such as v184', versionArgument)
    .argument('<after>', 'another, such as v191', versionArgument)
    .addHelpText('after', example('lastgood diff voice-activity v1 v2'))
    .action((model: string, before: number, after: number, flags: ConnectionFlags) =>
      runCommand(shell, flags, { model }, async ({ client, output }) => {
        const [left, right] = await Promise.all([client.getVersion(model, before), client.getVersion(model, after)]);
        const differences = recordDiff(left, right);
        output.result({ model, before, after, differences }, () =>
          differences.length === 0
            ? `${versionName(before)} and ${versionName(after)} of ${model} are the same in everything recorded.`
            : diffTable(shell, versionName(before), versionName(after), differences),
        );
      }),
    );
}

function diffTable(shell: Shell, before: string, after: string, differences: Difference[]): string {
  const rows = differences.map((difference) => [
    difference.part,
    difference.part === 'image' ? '' : difference.name,
    shell.paint.red(shown(difference, difference.before)),
    shell.paint.green(shown(difference, difference.after)),
  ]);
  return table(shell, ['PART', 'NAME', before.toUpperCase(), after.toUpperCase()], rows);
}

function shown({ part }: Difference, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (isArtifact(value)) return `${shortDigest(value.digest)}, ${bytes(value.size)}`;
  if (typeof value !== 'string') return JSON.stringify(value);
  return part === 'image' ? shortImage(value) : value;
}

function isArtifact(value: unknown): value is { digest: string; size: number } {
  return typeof value === 'object' && value !== null && 'digest' in value && 'size' in value;
}
