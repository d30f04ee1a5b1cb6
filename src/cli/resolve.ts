import type { Command } from 'commander';
import type { Resolution } from '../client/index.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { duration, versionName } from './format.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { artifactTable, recordFields } from './show-version.js';
import { fields } from './table.js';

/** `lastgood resolve <model>[@alias]`: what a serving controller is told now. */
export function addResolve(program: Command, shell: Shell): void {
  withConnection(program.command('resolve'))
    .description('show what an alias means now: the version and its whole record')
    .argument('<model[@alias]>', 'the model, and the alias if not production')
    .option('--strong', 'ask the database, not the memory of a replica')
    .addHelpText('after', example('lastgood resolve voice-activity', 'lastgood resolve voice-activity@staging --json'))
    .action((name: string, flags: ConnectionFlags & { strong?: boolean }) => {
      const { model, alias } = splitName(name);
      return runCommand(shell, flags, { model, alias }, async ({ client, output }) => {
        const resolution = await client.resolve(model, alias, flags.strong ? { consistency: 'strong' } : {});
        output.result(resolution, () => resolutionText(shell, resolution));
      });
    });
}

/** `fraud@staging` → fraud and staging; without `@`, the alias is production. */
export function splitName(name: string): { model: string; alias: string } {
  const at = name.indexOf('@');
  return at < 0 ? { model: name, alias: 'production' } : { model: name.slice(0, at), alias: name.slice(at + 1) };
}

function resolutionText(shell: Shell, resolution: Resolution): string {
  const { model, alias, version, revision, record, traffic, keepWarm, ageSeconds } = resolution;
  const about = fields(shell, [
    ['model', shell.paint.bold(model)],
    ['alias', alias],
    ['version', shell.paint.bold(versionName(version))],
    ['revision', String(revision)],
    ...recordFields(record),
    ['traffic', traffic.map((part) => `${versionName(part.version)} ${part.weight} %`).join(', ')],
    ['keep warm', keepWarm.map((warm) => versionName(warm.version)).join(', ') || '–'],
    ['answer is', ageSeconds === 0 ? 'current' : shell.paint.yellow(`${duration(ageSeconds * 1_000)} old`)],
  ]);
  return [about, artifactTable(shell, record)].filter((part) => part !== '').join('\n\n');
}
