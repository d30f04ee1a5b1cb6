import type { NodeView } from '../client/index.js';
import { ago } from './format.js';
import type { Shell } from './shell.js';

/** When a node reported last; loudly where its lease ran out since. */
export function reportingText(
  { paint, now }: Pick<Shell, 'paint' | 'now'>,
  { reporting, reportedAt }: NodeView,
): string {
  const when = ago(reportedAt, now());
  return reporting ? when : `${paint.red('SILENT')} since ${when}`;
}

/** `8 × L40S`; empty for a node without GPUs. */
export function gpusText({ gpus }: Pick<NodeView, 'gpus'>): string {
  return gpus.map(({ count, product }) => `${count} × ${product}`).join(', ');
}
