import { Injectable } from '@nestjs/common';
import { urgencyOf } from '../../domain/check-schedule.js';
import type { Artifact } from '../../domain/version-record.js';
import { Transactions } from '../../platform/database/transactions.js';
import { JobHandlers, OutboxRepository, type JobContext } from '../../platform/queue/index.js';
import { ProtectedVersions } from '../protection/index.js';
import { CheckRepository } from './check.repository.js';
import { ASKED, READ_VERSION, roundJob, type VersionKey } from './check-jobs.js';
import { MarkRepository } from './mark.repository.js';
import { ReadArtifact } from './read-artifact.js';
import type { ReadingTime } from './read-file.js';
import { RetryLooksRepository } from './retry-looks.repository.js';
import { RoundRepository, type Round } from './round.repository.js';

/** How long one job reads before it lets others have its place, in milliseconds. */
const SLICE_MS = 30_000;

/**
 * Reads the bytes of a version's artifacts: first those that a look has doubts about, then, where a round of reading is
 * under way, all of them from where it stands. A slice at a time, so that many versions share the lane.
 */
@Injectable()
export class ReadVersion {
  constructor(
    private readonly checks: CheckRepository,
    private readonly rounds: RoundRepository,
    private readonly retries: RetryLooksRepository,
    private readonly marks: MarkRepository,
    private readonly read: ReadArtifact,
    private readonly protectedVersions: ProtectedVersions,
    private readonly transactions: Transactions,
    private readonly outbox: OutboxRepository,
    handlers: JobHandlers,
  ) {
    handlers.handle(READ_VERSION, (data, context) => this.execute(data, context));
  }

  /** Runs a `version.read`. */
  async execute(key: VersionKey, context: JobContext): Promise<void> {
    await this.slice(key, context);
    // What could not be read is read again once a look has seen it.
    await this.retries.bringForward(key, await this.protectedVersions.roleOf(key.modelId, key.version), ['content']);
  }

  private async slice(key: VersionKey, { signal }: JobContext): Promise<void> {
    const record = await this.checks.needsOf(key.modelId, key.version);
    if (record === null) return;
    const time = { until: performance.now() + SLICE_MS, signal };
    if (!(await this.settleDoubts(key, record.artifacts, time))) return this.goOn(key);
    const begun = await this.rounds.underWay(key, 'deep');
    // Says that it is still alive, also where one artifact takes many jobs.
    let round = begun && (await this.rounds.advance(key, 'deep', begun, begun.position));
    while (round !== null) {
      const artifact = record.artifacts[round.position];
      if (artifact === undefined) return this.complete(key, round);
      if (isOver(time) || (await this.read.execute(key, artifact, time)) === 'unfinished') return this.goOn(key);
      round = await this.rounds.advance(key, 'deep', round, round.position + 1);
    }
  }

  /** Returns whether all were read. */
  private async settleDoubts(key: VersionKey, artifacts: readonly Artifact[], time: ReadingTime): Promise<boolean> {
    const wanted = new Set(await this.marks.wanted(key));
    let settled = 0;
    for (const artifact of artifacts) {
      if (!wanted.has(artifact.uri)) continue;
      const came = isOver(time) ? 'unfinished' : await this.read.execute(key, artifact, time);
      if (came === 'unfinished') return false;
      if (came === 'settled') settled += 1;
    }
    // What the bytes have shown is what the next look goes by. Not where they could not be had: that would go round.
    if (settled > 0) await this.rounds.hastenLook(key);
    return true;
  }

  private async goOn(key: VersionKey): Promise<void> {
    await this.rounds.hastenOutdatedLook(key);
    const role = await this.protectedVersions.roleOf(key.modelId, key.version);
    const job = roundJob(key, 'deep', urgencyOf(role));
    await this.transactions.run((transaction) => this.outbox.append(transaction, [job]));
  }

  private async complete(key: VersionKey, round: Round): Promise<void> {
    const role = await this.protectedVersions.roleOf(key.modelId, key.version);
    await this.transactions.run(async (transaction) => {
      const next = await this.rounds.complete(key, 'deep', round, role, transaction);
      if (next === null) return;
      await this.outbox.append(transaction, [{ ...roundJob(key, 'deep', urgencyOf(role)), priority: ASKED }]);
    });
    // The round may have settled a doubt on its way, which then was no longer there to be settled by itself.
    await this.rounds.hastenOutdatedLook(key);
  }
}

const isOver = ({ until }: ReadingTime): boolean => performance.now() >= until;
