import { Injectable } from '@nestjs/common';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { CheckRoundsView, CheckRoundView, CheckView, Page } from '../../contract/views.js';
import { pageOf, readPage } from '../../platform/http/page.js';
import { ModelRepository } from '../models/index.js';
import { CheckHistoryRepository } from './check-history.repository.js';
import type { Observation } from './check.entity.js';
import { CheckRepository } from './check.repository.js';
import { readCheckFilter } from './check-filter.js';
import type { VersionKey } from './check-jobs.js';
import { RoundRepository, type RoundState } from './round.repository.js';

/** Reading what was seen of the things that a version needs. */
@Injectable()
export class Checks {
  constructor(
    private readonly models: ModelRepository,
    private readonly checks: CheckRepository,
    private readonly histories: CheckHistoryRepository,
    private readonly rounds: RoundRepository,
  ) {}

  /** The newest observation of each thing. */
  async newest(model: string, version: number): Promise<Page<CheckView> | Refusal> {
    const key = await this.find(model, version);
    if (key instanceof Refusal) return key;
    const rows = await this.checks.newest(key.modelId, version);
    return { items: rows.map((row) => viewOf(row, row.since)), nextPageToken: null };
  }

  /** When all of it was last looked at and read, and when it will be. */
  async schedule(model: string, version: number): Promise<CheckRoundsView | Refusal> {
    const key = await this.find(model, version);
    if (key instanceof Refusal) return key;
    const { look, deep } = await this.rounds.all(key);
    return { look: roundView(look), deep: roundView(deep) };
  }

  /** All observations that are kept, newest first. */
  async history(model: string, version: number, query: Record<string, string>): Promise<Page<CheckView> | Refusal> {
    const page = readPage(query, 'number');
    if (page instanceof Refusal) return page;
    const filter = readCheckFilter(query);
    if (filter instanceof Refusal) return filter;
    const key = await this.find(model, version);
    if (key instanceof Refusal) return key;
    const before = page.after === null ? null : Number(page.after);
    const rows = await this.histories.list(key, filter, { size: page.size, before });
    return pageOf(
      rows,
      page,
      ({ id }) => id,
      (row) => viewOf(row, null),
    );
  }

  /** The version's key, or why there is none. */
  async find(modelName: string, version: number): Promise<VersionKey | Refusal> {
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    if (await this.checks.hasVersion(model.id, version)) return { modelId: model.id, version };
    const text = `${modelName} has no ${formatVersion(version)}. \`lastgood versions ${modelName}\` lists what it has.`;
    return new Refusal('version-not-found', text);
  }
}

function viewOf(row: Observation, since: Date | null): CheckView {
  const { version, kind, subject, state, evidence, durationMs, observedAt } = row;
  const times = { observedAt: observedAt.toISOString(), since: since?.toISOString() ?? null };
  return { version, kind, subject, state, evidence, durationMs, ...times };
}

function roundView(round: RoundState | undefined): CheckRoundView | null {
  if (round === undefined) return null;
  const { turn, completedTurn, underWay, completedAt, dueAt } = round;
  return {
    number: turn,
    completedNumber: completedTurn,
    underWay,
    completedAt: completedAt?.toISOString() ?? null,
    dueAt: dueAt?.toISOString() ?? null,
  };
}
