import { Injectable } from '@nestjs/common';
import { urgencyOf } from '../../domain/check-schedule.js';
import { Refusal } from '../../contract/refusal.js';
import type { CheckRequestView } from '../../contract/views.js';
import { Transactions } from '../../platform/database/transactions.js';
import { OutboxRepository, type OutboundJob } from '../../platform/queue/index.js';
import { ProtectedVersions } from '../protection/index.js';
import { AskedLooks } from './asked-looks.js';
import { ASKED, CHECK_VERSION, roundJob } from './check-jobs.js';
import { Checks } from './checks.js';
import { RoundRepository } from './round.repository.js';

/** Asks for a check of a version now, ahead of the schedule. */
@Injectable()
export class AskForCheck {
  constructor(
    private readonly checks: Checks,
    private readonly rounds: RoundRepository,
    private readonly protectedVersions: ProtectedVersions,
    private readonly others: AskedLooks,
    private readonly transactions: Transactions,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Returns once it is asked for; the observations come later. */
  async execute(model: string, version: number, deep: boolean): Promise<CheckRequestView | Refusal> {
    const key = await this.checks.find(model, version);
    if (key instanceof Refusal) return key;
    const role = await this.protectedVersions.roleOf(key.modelId, version);
    return this.transactions.run(async (transaction) => {
      const before = await this.rounds.all(key, transaction);
      await this.rounds.expectLook(key, transaction);
      const jobs: OutboundJob[] = [CHECK_VERSION.with(key, { priority: ASKED, subject: `${key.modelId}/${version}` })];
      // The job begins a look when it runs. A reading begins with the request.
      const rounds: CheckRequestView['rounds'] = { look: (before.look?.turn ?? 0) + 1, deep: null };
      if (deep) {
        rounds.deep = (await this.rounds.begin(key, 'deep', role, transaction)).turn;
        jobs.push({ ...roundJob(key, 'deep', urgencyOf(role)), priority: ASKED });
      }
      await this.outbox.append(transaction, [...jobs, ...this.others.with(key)]);
      return { version, deep, rounds };
    });
  }
}
