import type { NodeView, ResidencyPartView } from '../../contract/node-views.js';
import type { NodeRow } from './node.repository.js';

/** A node as the API shows it. */
export function nodeView(row: NodeRow): NodeView {
  const { name, labels, gpus, disk, agent, agentVersion, reporting, reportedAt, registeredAt } = row;
  return {
    node: name,
    labels,
    gpus,
    disk,
    agent,
    agentVersion,
    reporting,
    reportedAt: reportedAt.toISOString(),
    registeredAt: registeredAt.toISOString(),
  };
}

/** A part of which nothing lies on the node yet. */
export function pendingPart(bytesTotal: number, reason: string | null): ResidencyPartView {
  return { state: 'pending', bytesDone: 0, bytesTotal, bytesPerSecond: null, etaSeconds: null, reason };
}
