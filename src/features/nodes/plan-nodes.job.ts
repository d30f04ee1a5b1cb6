import { Injectable } from '@nestjs/common';
import { Transactions, type Transaction } from '../../platform/database/transactions.js';
import { JobHandlers } from '../../platform/queue/index.js';
import { CheckRepository } from '../checks/index.js';
import { ProtectedVersions } from '../protection/index.js';
import { inPieces } from '../../domain/in-pieces.js';
import { makePlans, recordedOf, type Wanted } from './make-plans.js';
import { NodeOptions } from './node-options.js';
import { PLAN_NODES } from './plan-jobs.js';
import { PlanRepository } from './plan.repository.js';
import { keyOf, VersionFactsRepository } from './version-facts.repository.js';

// Statements end after seconds, and a move to a version for a big pool turns tens of thousands of checks at once.
const CHECKS_AT_ONCE = 2000;

/**
 * Runs the job `nodes.plan`: derives what must lie on every node from the aliases and from what the nodes say. Workers
 * plan one after the other, each from how things are once it is its turn, so the last plan is never an older one.
 */
@Injectable()
export class PlanNodes {
  constructor(
    private readonly transactions: Transactions,
    private readonly plans: PlanRepository,
    private readonly versions: VersionFactsRepository,
    private readonly protectedVersions: ProtectedVersions,
    private readonly checks: CheckRepository,
    private readonly options: NodeOptions,
    handlers: JobHandlers,
  ) {
    handlers.handle(PLAN_NODES, () => this.execute());
  }

  /** Plans once. */
  async execute(): Promise<void> {
    await this.transactions.run((transaction) => this.plan(transaction));
  }

  private async plan(transaction: Transaction): Promise<void> {
    const { nodes, forgotten, clock } = await this.plans.begin(transaction);
    if (nodes.length + forgotten.length === 0) return;
    const { plans, turned, gone } = makePlans(nodes, await this.wanted(transaction), {
      limit: this.options.pullLimit,
      ...clock,
    });
    const observedAt = new Date();
    for (const some of inPieces(turned, CHECKS_AT_ONCE)) {
      const checks = some.map(({ node, ...seen }) => ({ ...seen, kind: 'residency' as const, subject: node }));
      await this.checks.record(
        checks.map((one) => ({ ...one, durationMs: 0, observedAt })),
        transaction,
      );
    }
    for (const some of inPieces([...gone, ...forgotten.flatMap(recordedOf)], CHECKS_AT_ONCE))
      await this.checks.forget(transaction, 'residency', some);
    await this.plans.write(transaction, plans, clock.revision);
  }

  private async wanted(transaction: Transaction): Promise<Wanted[]> {
    const needed = (await this.protectedVersions.all(transaction)).flatMap(({ role, ...key }) =>
      role === 'kept' ? [] : [{ ...key, role }],
    );
    const facts = await this.versions.ofPlanned(transaction, needed);
    return needed.flatMap(({ role, ...key }) => {
      const found = facts.get(keyOf(key));
      return found === undefined ? [] : [{ ...found, id: keyOf(key), role }];
    });
  }
}
