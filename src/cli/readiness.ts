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
        const next = nextCommand(view);
        if (next !== null) output.note(`try: ${next}`);
      }),
    );
}

// Whatever is wrong with what the target needs, its page shows all of it, also what a checklist leaves out.
function nextCommand({ model, live, target, checklist }: ReadinessView): string | null {
  if (target === null) return `lastgood versions ${model}`;
  const worst = checklist.find(({ state }) => state === 'fail') ?? checklist.find(({ state }) => state === 'unknown');
  return `lastgood show ${model} v${worst?.name === 'config' ? live : target.version}`;
}
