import { Injectable } from '@nestjs/common';
import type { NodeView } from '../../contract/node-views.js';
import { Refusal } from '../../contract/refusal.js';
import type { RegisterNodeRequest } from '../../contract/requests/node.request.js';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { nodeTaken } from './node-refusals.js';
import { NodeOptions } from './node-options.js';
import { NodeRepository } from './node.repository.js';
import { nodeView } from './node.view.js';
import { planJob } from './plan-jobs.js';

/** Registers a node and renews its lease. The plan is made anew where the node is new, back, or another than before. */
@Injectable()
export class RegisterNode {
  constructor(
    private readonly transactions: Transactions,
    private readonly nodes: NodeRepository,
    private readonly outbox: OutboxRepository,
    private readonly options: NodeOptions,
  ) {}

  execute(name: string, request: RegisterNodeRequest): Promise<NodeView | Refusal> {
    return this.transactions.run(async (transaction) => {
      const registered = await this.nodes.register(transaction, name, request);
      if (registered === null) {
        const holder = await this.nodes.lock(transaction, name);
        if (holder === null) throw new Error(`node ${name} went away while another agent held it`);
        return nodeTaken(holder, this.options.leaseSeconds);
      }
      if (registered.replan) await this.outbox.append(transaction, [planJob()]);
      return nodeView(registered.node);
    });
  }
}
