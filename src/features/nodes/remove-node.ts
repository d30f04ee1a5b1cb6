import { Injectable } from '@nestjs/common';
import { Refusal } from '../../contract/refusal.js';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { CheckRepository } from '../checks/index.js';
import { recordedOf } from './make-plans.js';
import { NodeOptions } from './node-options.js';
import { nodeChanged, nodeNotFound, nodeReporting, planning } from './node-refusals.js';
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

  /** `seen`: when it had reported last when somebody decided that it may go; null where they would not say. */
  execute(name: string, seen: Date | null): Promise<Refusal | null> {
    return this.transactions.run(async (transaction) => {
      // A plan that is being made has read the node, and would record a check of it that nobody ever takes back.
      if (!(await this.plans.takeTurnSoon(transaction))) return planning(name);
      const node = await this.nodes.lock(transaction, name);
      if (node === null) return nodeNotFound(name);
      if (node.reporting) return nodeReporting(node, this.options.leaseSeconds);
      if (seen !== null && seen.getTime() !== node.reportedAt.getTime()) return nodeChanged(node, seen);
      const recorded = await this.plans.seenOn(transaction, name);
      if (recorded !== null) await this.checks.forget(transaction, 'residency', recordedOf(recorded));
      await this.nodes.remove(transaction, name);
      await this.outbox.append(transaction, [planJob()]);
      return null;
    });
  }
}
