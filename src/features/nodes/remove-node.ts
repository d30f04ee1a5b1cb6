import { Injectable } from '@nestjs/common';
import { Refusal } from '../../contract/refusal.js';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { CheckRepository } from '../checks/index.js';
import { recordedOf } from './make-plans.js';
import { NodeOptions } from './node-options.js';
import { nodeNotFound, nodeReporting } from './node-refusals.js';
import { NodeRepository } from './node.repository.js';
import { PlanRepository } from './plan.repository.js';
import { planJob } from './plan-jobs.js';

/** Deletes a node that is gone for good. From then on nobody waits for it. */
@Injectable()
export class RemoveNode {
  constructor(
    private readonly transactions: Transactions,
    private readonly nodes: NodeRepository,
    private readonly plans: PlanRepository,
    private readonly checks: CheckRepository,
    private readonly outbox: OutboxRepository,
    private readonly options: NodeOptions,
  ) {}

  execute(name: string): Promise<Refusal | null> {
    return this.transactions.run(async (transaction) => {
      const node = await this.nodes.lock(transaction, name);
      if (node === null) return nodeNotFound(name);
      if (node.reporting) return nodeReporting(node, this.options.leaseSeconds);
      const seen = await this.plans.seenOn(transaction, name);
      if (seen !== null) await this.checks.forget(transaction, 'residency', recordedOf(seen));
      await this.nodes.remove(transaction, name);
      await this.outbox.append(transaction, [planJob()]);
      return null;
    });
  }
}
