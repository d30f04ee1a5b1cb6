import { Injectable } from '@nestjs/common';
import type { MovePlan } from '../../domain/alias-move.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { CHECK_VERSION, URGENT } from '../checks/index.js';
import { planJob } from '../nodes/index.js';
import { pinsOfModel } from '../pins/index.js';
import type { Transaction } from '../../platform/database/transactions.js';

/** What a move sets going once it has committed. */
@Injectable()
export class AfterMove {
  constructor(private readonly outbox: OutboxRepository) {}

  /**
   * Asks, in the move's own transaction, for a check of the new rollback target and of the new live version, for the pins
   * of what is needed now, and for a plan that brings both to the nodes.
   */
  async append(transaction: Transaction, modelId: number, { target, to }: MovePlan): Promise<void> {
    const versions = [target?.version, to].filter((version) => typeof version === 'number');
    const checks = versions.map((version) => CHECK_VERSION.with({ modelId, version }, { priority: URGENT }));
    await this.outbox.append(transaction, [...checks, pinsOfModel(modelId), planJob()]);
  }
}
