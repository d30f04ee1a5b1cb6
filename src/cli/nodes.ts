import type { Command } from 'commander';
import type { NodeView } from '../client/index.js';
import { countArgument, repeated } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { bytes } from './format.js';
import { gpusText, reportingText } from './node-fields.js';
import { addNodesRemove } from './nodes-remove.js';
import { addNodesShow } from './nodes-show.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { pairs } from './show-model.js';
import { table } from './table.js';

interface Flags extends ConnectionFlags {
  limit: number;
  label?: string[];
}

/** `lastgood nodes`: the machines that hold weights and images, and whether their agents report. */
export function addNodes(program: Command, shell: Shell): void {
  const nodes = withConnection(program.command('nodes'))
    .helpGroup('Nodes:')
    .description('list the nodes, and whether they report')
    .option('--limit <n>', 'how many at most', countArgument, 100)
    .option('--label <name=value>', 'only those with this label; repeatable', repeated)
    .addHelpText('after', example('lastgood nodes --label gpu.product=L40S', 'lastgood nodes show gpu-1'))
    .action((flags: Flags) =>
      runCommand(shell, flags, {}, async ({ client, output }) => {
        const { label } = flags;
        const { items, more } = await firstItems(flags.limit, (page) => client.listNodes({ ...page, label }));
        output.result({ items, more }, () => (items.length === 0 ? nothing(label) : nodeTable(shell, items)));
        if (more) output.note(`There are more: --limit shows more than ${flags.limit}.`);
      }),
    );
  addNodesShow(nodes, shell);
  addNodesRemove(nodes, shell);
}

const nothing = (label: string[] | undefined): string =>
  label === undefined ? 'No nodes yet. On each: lastgood agent' : 'No node has these labels.';

function nodeTable(shell: Shell, nodes: NodeView[]): string {
  const rows = nodes.map((node) => [
    shell.paint.bold(node.node),
    reportingText(shell, node),
    gpusText(node),
    `${bytes(node.disk.usedBytes)} of ${bytes(node.disk.budgetBytes)}`,
    bytes(node.disk.freeBytes),
    pairs(node.labels),
  ]);
  return table(shell, ['NODE', 'REPORTED', 'GPUS', 'CACHE', 'DISK FREE', 'LABELS'], rows);
}
