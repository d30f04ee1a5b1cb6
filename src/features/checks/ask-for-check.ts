import { Injectable } from '@nestjs/common';
import { urgencyOf } from '../../domain/check-schedule.js';
import type { Role } from '../../domain/role.js';
import { Refusal } from '../../contract/refusal.js';
import type { CheckRequestView } from '../../contract/views.js';
import { Transactions, type Transaction } from '../../platform/database/transactions.js';
import { OutboxRepository, type OutboundJob } from '../../platform/queue/index.js';
import { ProtectedVersions } from '../protection/index.js';
import { AskedLooks } from './asked-looks.js';
import { AskedRoundsRepository, type AskedRound } from './asked-rounds.repository.js';
import { ASKED, CHECK_VERSION, roundJob, type VersionKey } from './check-jobs.js';
import { Checks } from './checks.js';
import { RoundRepository } from './round.repository.js';

/**
 * Asks for a check of a version now, ahead of the schedule. It never throws away what a round has done: one that is
 * asked for while another is under way begins when that one ends, and all who ask until then share it.
 */
@Injectable()
export class AskForCheck {
  constructor(
    private readonly checks: Checks,
    private readonly rounds: RoundRepository,
    private readonly asked: AskedRoundsRepository,
    private readonly protectedVersions: ProtectedVersions,
    private readonly others: AskedLooks,
    private readonly transactions: Transactions,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Returns once it is asked for; the observations come later. */
  async execute(model: string, version: number, deep: boolean): Promise<CheckRequestView | Refusal> {
    const key = await this.checks.find(model, version);
    if (key instanceof Refusal) return key;
    const { look, deep: reading } = await this.asked.of(key);
    // Where all of it waits already there is nothing to change, and so no row to wait for.
    if (look?.waits === true && (!deep || reading?.waits === true))
      return { version, deep, rounds: { look: look.turn + 1, deep: deep ? (reading?.turn ?? 0) + 1 : null } };
    const role = await this.protectedVersions.roleOf(key.modelId, version);
    return this.transactions.run(async (transaction) => {
      const stand = await this.asked.lock(key, transaction);
      const jobs = [
        ...(await this.askToLook(key, stand.look, role, transaction)),
        ...(deep ? await this.askToRead(key, stand.deep, role, transaction) : []),
      ];
      await this.outbox.append(transaction, jobs);
      const next = { look: (stand.look?.turn ?? 0) + 1, deep: deep ? (stand.deep?.turn ?? 0) + 1 : null };
      return { version, deep, rounds: next };
    });
  }

  // The job begins the look when it runs, in place of a sweep that is under way.
  private async askToLook(
    key: VersionKey,
    look: AskedRound | undefined,
    role: Role | null,
    transaction: Transaction,
  ): Promise<OutboundJob[]> {
    if (look?.waits === true) return [];
    await this.asked.want(key, 'look', role, transaction);
    if (look?.held === true) return [];
    const job = CHECK_VERSION.with(key, { priority: ASKED, subject: `${key.modelId}/${key.version}` });
    return [job, ...this.others.with(key)];
  }

  // A reading begins with the request.
  private async askToRead(
    key: VersionKey,
    reading: AskedRound | undefined,
    role: Role | null,
    transaction: Transaction,
  ): Promise<OutboundJob[]> {
    if (reading?.waits === true) return [];
    if (reading?.underWay === true) {
      await this.asked.want(key, 'deep', role, transaction);
      return [];
    }
    await this.rounds.begin(key, 'deep', role, transaction);
    return [{ ...roundJob(key, 'deep', urgencyOf(role)), priority: ASKED }];
  }
}
