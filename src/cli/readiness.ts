import type { Command } from 'commander';
import type { ReadinessView } from '../client/index.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { EXIT } from './exit-codes.js';
import { readinessText } from './readiness-text.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';

/** `lastgood readiness <model> [alias]`: whether rolling back now would work; the exit code says so to programs. */
export function addReadiness(program: Command, shell: Shell): void {
  withConnection(program.command('readiness'))
    .description('tell whether rolling an alias back now would work, and what stands in the way')
    .argument('<model>', 'the model')
    .argument('[alias]', 'the alias', 'production')
    .addHelpText('after', example('lastgood readiness voice-activity', 'lastgood readiness voice-activity staging'))
    .action((model: string, alias: string, flags: ConnectionFlags) =>
      runCommand(shell, flags, { model, alias }, async ({ client, output }) => {
        const view = await client.readiness(model, alias);
        output.result(view, () => readinessText(shell, view));
        if (view.verdict === 'ready') return;
        shell.exitCode = EXIT.notReady;
        output.note(`try: ${nextCommand(view)}`);
      }),
    );
}

// All that was seen of a version, also what a checklist leaves out; and where nothing was, the command that asks for it.
function nextCommand({ model, live, target, checklist }: ReadinessView): string {
  if (target === null) return `lastgood versions ${model}`;
  const failing = checklist.find(({ state }) => state === 'fail');
  const unknown = checklist.filter(({ state }) => state === 'unknown').map(({ name }) => name);
  const version = (failing?.name ?? unknown[0]) === 'config' ? live : target.version;
  const checks = `lastgood checks ${model} v${version}`;
  if (failing !== undefined) return checks;
  return `${checks} --run${unknown.includes('content') ? ' --deep' : ''}`;
}
