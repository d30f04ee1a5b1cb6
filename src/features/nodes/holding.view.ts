import type { ResidencyView } from '../../contract/node-views.js';
import type { HoldingRow } from './holding.repository.js';
import { pendingPart } from './node.view.js';

/**
 * A version on a node of its pool as the API shows it. What the node said nothing of is pending there, and so is
 * everything on a node that has gone silent: it counts as holding nothing.
 */
export function holdingView(model: string, row: HoldingRow): ResidencyView {
  const { node, version, reporting, reportedAt, residedAt, state, weights, image } = row;
  const updatedAt = (residedAt ?? reportedAt).toISOString();
  if (reporting && state !== null && weights !== null)
    return { node, model, version, state, weights, image, updatedAt };
  const reason = reporting
    ? (row.plan?.waitsFor ?? null)
    : `the node has reported nothing since ${reportedAt.toISOString()}`;
  return {
    node,
    model,
    version,
    state: 'pending',
    weights: pendingPart(row.bytes, reason),
    image: row.hasImage ? pendingPart(0, reason) : null,
    updatedAt,
  };
}
