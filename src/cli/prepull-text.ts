import type { ModelResidencyView, ResidencyView, VersionResidencyView } from '../client/index.js';
import { versionName } from './format.js';
import { residencyCell, residencyReason } from './residency-cell.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

type Look = Pick<Shell, 'paint' | 'columns'>;

/** Node by node how far each version has come, what keeps it, and for each version on how many nodes it is. */
export function prepullText(shell: Look, { model, versions, items }: ModelResidencyView): string {
  if (versions.length === 0) return `No version of ${model} may be needed: no alias points at one.`;
  if (items.length === 0) return `No node is in the pool of a version of ${model}. \`lastgood nodes\` lists the nodes.`;
  const nodes = [...new Set(items.map(({ node }) => node))].toSorted((a, b) => (a < b ? -1 : 1));
  const parts = [gridOf(shell, versions, items, nodes), reasonsOf(items).join('\n')];
  return [...parts, summaryOf(shell, { versions }).join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Why what is not there is not, a line for each. */
export function reasonsOf(items: readonly ResidencyView[]): string[] {
  return items
    .filter(({ state }) => state !== 'resident')
    .map((item) => ({ item, reason: residencyReason(item) }))
    .filter(({ reason }) => reason !== '')
    .map(({ item, reason }) => `${item.node} ${versionName(item.version)}: ${reason}`);
}

/** Of each version on how many nodes it is, a line for each. */
export function summaryOf(shell: Look, { versions }: Pick<ModelResidencyView, 'versions'>): string[] {
  return versions.map((version) => summaryLine(shell, version));
}

/** A table of these nodes and all versions. */
export function gridOf(
  shell: Look,
  versions: readonly VersionResidencyView[],
  items: readonly ResidencyView[],
  nodes: readonly string[],
): string {
  const cells = new Map(items.map((item) => [`${item.node} ${item.version}`, item]));
  const rows = nodes.map((node) => [
    shell.paint.bold(node),
    ...versions.map(({ version }) => {
      const item = cells.get(`${node} ${version}`);
      return item === undefined ? shell.paint.dim('–') : residencyCell(shell, item);
    }),
  ]);
  const heads = versions.map(({ version, role }) => `${versionName(version)} ${role}`);
  return table(shell, ['NODE', ...heads], rows);
}

function summaryLine(
  { paint }: Look,
  { version, role, wanted, resident, failed, silent }: VersionResidencyView,
): string {
  const whole = resident === wanted && wanted > 0;
  const count = `${resident} of ${wanted} nodes`;
  const more = [...(failed > 0 ? [`${failed} failed`] : []), ...(silent > 0 ? [`${silent} silent`] : [])];
  const tail = more.length === 0 ? '' : `; ${more.join(', ')}`;
  return `${versionName(version)}, ${role}: on ${whole ? paint.green(count) : paint.yellow(count)}${tail}`;
}
