import type { Command } from 'commander';
import type { NodeDetailView } from '../client/index.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, bytes, versionName } from './format.js';
import { gpusText, reportingText } from './node-fields.js';
import { residencyCell, residencyReason } from './residency-cell.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { pairs } from './show-model.js';
import { fields, table } from './table.js';

/** `lastgood nodes show <node>`: what must lie on a node, and how far each of it has come. */
export function addNodesShow(nodes: Command, shell: Shell): void {
  withConnection(nodes.command('show'))
    .description('show a node, what must lie on it and what does')
    .argument('<node>', 'the node')
    .addHelpText('after', example('lastgood nodes show gpu-1'))
    .action((node: string, _own: ConnectionFlags, command: Command) =>
      // commander gives the flags that `nodes` has too to `nodes`, wherever they stand.
      runCommand(shell, command.optsWithGlobals<ConnectionFlags>(), {}, async ({ client, output }) => {
        const view = await client.getNode(node);
        output.result(view, () => nodeText(shell, view));
      }),
    );
}

function nodeText(shell: Shell, view: NodeDetailView): string {
  const { node, labels, disk, agent, agentVersion, registeredAt, revision, followedRevision } = view;
  const about = fields(shell, [
    ['node', shell.paint.bold(node)],
    ['reported', reportingText(shell, view)],
    ['registered', `${ago(registeredAt, shell.now())} (${registeredAt})`],
    ['agent', `${agent}, version ${agentVersion}`],
    ['gpus', gpusText(view)],
    ['cache', `${bytes(disk.usedBytes)} of ${bytes(disk.budgetBytes)} used; ${bytes(disk.freeBytes)} free on its disk`],
    ['labels', pairs(labels)],
    ['assignments', followText(revision, followedRevision)],
  ]);
  return `${about}\n\n${residencyTable(shell, view)}`;
}

function followText(revision: number, followed: number | null): string {
  if (revision === 0) return 'nothing is planned yet';
  if (followed === revision) return `revision ${revision}, which the agent follows`;
  return `revision ${revision}; the agent follows ${followed === null || followed === 0 ? 'none yet' : followed}`;
}

function residencyTable(shell: Shell, { residency, assignments }: NodeDetailView): string {
  if (residency.length === 0) return 'Nothing must lie here, and nothing does.';
  const assigned = new Map(assignments.map((one) => [`${one.model} ${one.version}`, one]));
  const rows = residency.map((held) => {
    const { model, version } = held;
    const assignment = assigned.get(`${model} ${version}`);
    const reason = residencyReason(held) || (held.state === 'resident' ? '' : (assignment?.waitsFor ?? ''));
    const role = assignment?.role ?? shell.paint.dim('may go');
    return [shell.paint.bold(`${model} ${versionName(version)}`), role, residencyCell(shell, held), reason];
  });
  return table(shell, ['VERSION', 'FOR', 'STATE', 'WHY'], rows);
}
