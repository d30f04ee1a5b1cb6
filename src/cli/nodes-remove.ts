import type { Command } from 'commander';
import type { NodeDetailView } from '../client/index.js';
import { CommandFailure, usage } from './command-failure.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { EXIT } from './exit-codes.js';
import { counted } from './format.js';
import { reportingText } from './node-fields.js';
import { runCommand, type Session } from './run-command.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  yes?: boolean;
}

/** `lastgood nodes remove <node>`: forgets a node that is gone for good, so that nobody waits for it any more. */
export function addNodesRemove(nodes: Command, shell: Shell): void {
  withConnection(nodes.command('remove'))
    .description('remove a node that is gone for good, so that readiness does not wait for it')
    .argument('<node>', 'the node; one that still reports is refused')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('lastgood nodes remove gpu-7', 'lastgood nodes remove gpu-7 --yes --json'))
    .action((node: string, _own: Flags, command: Command) =>
      // commander gives the flags that `nodes` has too to `nodes`, wherever they stand.
      runCommand(shell, command.optsWithGlobals<Flags>(), {}, (session) =>
        remove(session, node, command.optsWithGlobals<Flags>()),
      ),
    );
}

async function remove({ client, shell, output }: Session, node: string, { yes }: Flags): Promise<void> {
  if (!yes && (!shell.interactive || output.json)) {
    const again = `lastgood nodes remove ${node} --yes`;
    throw usage('There is no person at the terminal to ask. Add --yes to remove it without asking.', again);
  }
  // What a person agrees to is what they were shown; where nobody is asked, the registry alone decides.
  const agreed = yes ? {} : { reportedAt: await agree(await client.getNode(node), shell) };
  await client.deleteNode(node, agreed);
  output.result(
    { removed: node },
    () => `${node} is removed. Should its agent ever report again, it is registered anew.`,
  );
}

/** When the node that a person agreed to remove had reported last. Throws where they say no, or it reports still. */
async function agree(view: NodeDetailView, shell: Shell): Promise<string> {
  const { node, reporting, reportedAt } = view;
  // Its lease may end before the registry is asked, and then it would go without anybody's word.
  if (reporting) {
    const detail = `${node} still reports: stop its agent first. It can be removed once its lease has ended.`;
    throw new CommandFailure('node-reporting', EXIT.refused, 'The node still reports', detail, 'lastgood nodes');
  }
  shell.out(previewText(shell, view));
  if (!(await shell.confirm(`Remove the node ${node}?`)))
    throw new CommandFailure('aborted', EXIT.aborted, 'Not removed', 'Nothing was changed.');
  return reportedAt;
}

function previewText(shell: Shell, view: NodeDetailView): string {
  const { node, registeredAt, assignments } = view;
  const lists =
    assignments.length === 0
      ? 'nothing had to lie on it'
      : `${counted(assignments.length, 'version')} had to lie on it`;
  return `${shell.paint.bold(node)}: ${reportingText(shell, view)}, registered ${registeredAt}; ${lists}.`;
}
