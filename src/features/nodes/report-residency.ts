import { Injectable } from '@nestjs/common';
import type { ResidencyAcceptedView, ResidencyPartView } from '../../contract/node-views.js';
import { Refusal } from '../../contract/refusal.js';
import type { ResidencyItemRequest, ResidencyRequest } from '../../contract/requests/node.request.js';
import { worseOf } from '../../domain/residency.js';
import { parseVersion } from '../../domain/version-number.js';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { nodeNotFound, nodeTaken, registerFirst } from './node-refusals.js';
import { NodeOptions } from './node-options.js';
import { NodeRepository } from './node.repository.js';
import { planJob } from './plan-jobs.js';
import { ResidencyRepository, type SaidResidency } from './residency.repository.js';

/** Takes an agent's word on all that its node holds. Whatever may pass a turn on to another node makes a new plan. */
@Injectable()
export class ReportResidency {
  constructor(
    private readonly transactions: Transactions,
    private readonly nodes: NodeRepository,
    private readonly residency: ResidencyRepository,
    private readonly outbox: OutboxRepository,
    private readonly options: NodeOptions,
  ) {}

  execute(name: string, request: ResidencyRequest): Promise<ResidencyAcceptedView | Refusal> {
    const said = request.items.map(saidOf);
    return this.transactions.run(async (transaction) => {
      const node = await this.nodes.lock(transaction, name);
      if (node === null) return nodeNotFound(name);
      if (node.agent !== request.agent) {
        return node.reporting ? nodeTaken(node, this.options.leaseSeconds) : registerFirst(name, node.agent);
      }
      const replaced = await this.residency.replace(transaction, name, said, request.revision ?? null);
      const back = !node.reporting || node.silentSince !== null;
      if (replaced.turned || back) await this.outbox.append(transaction, [planJob()]);
      return { accepted: replaced.accepted };
    });
  }
}

function saidOf({ model, version, weights, image }: ResidencyItemRequest): SaidResidency {
  const parts = { weights: wholePart(weights), image: image && wholePart(image) };
  return { model, version: parseVersion(version) ?? 0, state: worseOf(weights.state, image?.state ?? null), ...parts };
}

// Rates and remaining times are computed, so they come with decimals that mean nothing.
function wholePart({
  bytesDone,
  bytesTotal,
  bytesPerSecond,
  etaSeconds,
  ...part
}: ResidencyPartView): ResidencyPartView {
  return {
    ...part,
    bytesDone: Math.round(bytesDone),
    bytesTotal: Math.round(bytesTotal),
    bytesPerSecond: bytesPerSecond && Math.round(bytesPerSecond),
    etaSeconds: etaSeconds && Math.round(etaSeconds),
  };
}
