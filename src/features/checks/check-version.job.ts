import { Injectable } from '@nestjs/common';
import { urgencyOf } from '../../domain/check-schedule.js';
import type { Role } from '../../domain/role.js';
import { Transactions } from '../../platform/database/transactions.js';
import {
  DEFAULT_PRIORITY,
  JobHandlers,
  OutboxRepository,
  PermanentJobError,
  type JobContext,
  type OutboundJob,
} from '../../platform/queue/index.js';
import { ProtectedVersions } from '../protection/index.js';
import { AskedLooks } from './asked-looks.js';
import { AskedRoundsRepository } from './asked-rounds.repository.js';
import type { NeededRecord } from './check.entity.js';
import { CheckRepository } from './check.repository.js';
import { CHECK_VERSION, roundJob, SWEEP_VERSION, URGENT, type VersionKey } from './check-jobs.js';
import { LookAtVersion } from './look-at-version.js';
import type { LookOptions } from './need.js';
import { RetryLooksRepository } from './retry-looks.repository.js';
import { RoundRepository, type Round } from './round.repository.js';
import { VersionNeeds } from './version-needs.js';

/**
 * Runs the jobs that look at a version: `version.check`, which begins a round at once, and `version.sweep`, which goes on
 * with one that was due. Both work on the version's one round, a slice at a time; the first takes it from the second, and
 * never from its like: else those who ask again and again would keep the last subjects from being looked at.
 */
@Injectable()
export class CheckVersion {
  constructor(
    private readonly checks: CheckRepository,
    private readonly rounds: RoundRepository,
    private readonly retries: RetryLooksRepository,
    private readonly asked: AskedRoundsRepository,
    private readonly others: AskedLooks,
    private readonly needs: VersionNeeds,
    private readonly look: LookAtVersion,
    private readonly protectedVersions: ProtectedVersions,
    private readonly transactions: Transactions,
    private readonly outbox: OutboxRepository,
    handlers: JobHandlers,
  ) {
    handlers.handle(CHECK_VERSION, (data, context) => this.check(data, context));
    handlers.handle(SWEEP_VERSION, (data, context) => this.sweep(data, context));
  }

  /** Runs a `version.check`. */
  async check({ turn, ...key }: VersionKey & { turn?: number }, { id, signal }: JobContext): Promise<void> {
    const role = await this.protectedVersions.roleOf(key.modelId, key.version);
    const round = turn === undefined ? await this.asked.take(key, role, id) : await this.rounds.underWay(key, 'look');
    if (round === null || (turn !== undefined && round.turn !== turn)) return;
    await this.slice(key, round, { signal, urgent: true }, promptJob(key, round, role));
  }

  /** Runs a `version.sweep`. */
  async sweep(key: VersionKey, { signal }: JobContext): Promise<void> {
    const round = await this.rounds.underWay(key, 'look');
    if (round === null) return;
    const role = await this.protectedVersions.roleOf(key.modelId, key.version);
    await this.slice(key, round, { signal, urgent: false }, roundJob(key, 'look', urgencyOf(role)));
  }

  private async slice(key: VersionKey, round: Round, options: LookOptions, goOn: OutboundJob): Promise<void> {
    const needs = await this.needs.of(key, await this.recordOf(key));
    const { left, overtaken, doubts } = await this.look.execute(key, needs, round, options);
    // The role of now, not of when the round began: a look at many subjects takes a while.
    const role = await this.protectedVersions.roleOf(key.modelId, key.version);
    const jobs: OutboundJob[] = [];
    if (doubts) jobs.push(roundJob(key, 'deep', urgencyOf(role)));
    if (left !== null) jobs.push(goOn);
    if (jobs.length > 0) await this.transactions.run((transaction) => this.outbox.append(transaction, jobs));
    if (overtaken || left !== null) return;
    await this.complete(key, round, role);
    await this.rounds.hastenReading(key, role);
    await this.rounds.hastenOutdatedLook(key);
  }

  private async complete(key: VersionKey, round: Round, role: Role | null): Promise<void> {
    await this.transactions.run(async (transaction) => {
      const next = await this.rounds.complete(key, 'look', round, role, transaction);
      if (next === null) return this.retries.bringForward(key, role, ['artifact', 'image'], transaction);
      await this.outbox.append(transaction, [promptJob(key, next, role), ...this.others.with(key)]);
    });
  }

  private async recordOf({ modelId, version }: VersionKey): Promise<NeededRecord> {
    const record = await this.checks.needsOf(modelId, version);
    if (record === null) throw new PermanentJobError(`model ${modelId} has no version ${version}`);
    return record;
  }
}

// Goes on with a round on the prompt lane.
function promptJob(key: VersionKey, { turn }: Round, role: Role | null): OutboundJob {
  const priority = role === null || role === 'kept' ? DEFAULT_PRIORITY : URGENT;
  return CHECK_VERSION.with({ ...key, turn }, { priority });
}
