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

// Asks for a fresh look, since what is wrong may be mended by now, and for the bytes where they are what is in doubt.
function nextCommand({ model, live, target, checklist }: ReadinessView): string {
  if (target === null) return `lastgood versions ${model}`;
  const failing = checklist.filter(({ state }) => state === 'fail').map(({ name }) => name);
  const unknown = checklist.filter(({ state }) => state === 'unknown').map(({ name }) => name);
  // Nothing here can look at what a controller runs with, nor at a node: they report it.
  const [worst] = [...failing, ...unknown];
  if (worst === 'config') return `lastgood checks ${model} v${live}`;
  if (worst === 'nodes') return `lastgood prepull status ${model}`;
  const deep = [...failing, ...unknown].includes('content') ? ' --deep' : '';
  return `lastgood checks ${model} v${target.version} --run${deep} --wait`;
}
