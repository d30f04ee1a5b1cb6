import { Injectable } from '@nestjs/common';
import type { NodeDetailView, ResidencyView } from '../../contract/node-views.js';
import { Refusal } from '../../contract/refusal.js';
import { Assignments } from './assignments.js';
import { nodeNotFound } from './node-refusals.js';
import { NodeRepository, type NodeRow } from './node.repository.js';
import { nodeView, pendingPart } from './node.view.js';
import { PlanRepository } from './plan.repository.js';
import { ResidencyRepository } from './residency.repository.js';

/** Shows a node with all that must lie on it and all that does. */
@Injectable()
export class ShowNode {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly residency: ResidencyRepository,
    private readonly plans: PlanRepository,
    private readonly assignments: Assignments,
  ) {}

  async execute(name: string): Promise<NodeDetailView | Refusal> {
    const node = await this.nodes.find(name);
    const plan = await this.plans.find(name);
    if (node === null || plan === null) return nodeNotFound(name);
    const assignments = await this.assignments.expand(plan.items);
    // One that is silent counts as holding nothing, whatever it said once.
    const rows = node.reporting ? await this.residency.ofNode(name) : [];
    const updatedAt = updatedAtOf(node);
    const said = rows.map(({ model, version, state, weights, image }): ResidencyView => {
      return { node: name, model, version, state, weights, image, updatedAt };
    });
    const known = new Set(said.map(({ model, version }) => `${model} ${version}`));
    const pending = assignments
      .filter(({ model, version }) => !known.has(`${model} ${version}`))
      .map(({ model, version, artifacts, image, waitsFor }): ResidencyView => {
        const total = [...new Map(artifacts.map(({ digest, size }) => [digest, size])).values()];
        const reason = node.reporting
          ? waitsFor
          : `the node has reported nothing since ${node.reportedAt.toISOString()}`;
        const weights = pendingPart(
          total.reduce((sum, size) => sum + size, 0),
          reason,
        );
        return {
          node: name,
          model,
          version,
          state: 'pending',
          weights,
          image: image === null ? null : pendingPart(0, reason),
          updatedAt,
        };
      });
    const { revision } = plan;
    const { followedRevision } = node;
    return { ...nodeView(node), revision, followedRevision, residency: [...said, ...pending], assignments };
  }
}

const updatedAtOf = ({ residedAt, reportedAt }: NodeRow): string => (residedAt ?? reportedAt).toISOString();
