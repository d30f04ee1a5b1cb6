import { Injectable } from '@nestjs/common';
import { Refusal } from '../../contract/refusal.js';
import type { ReadinessView } from '../../contract/views.js';
import { pairedWith } from '../../domain/names.js';
import { ModelRepository } from '../models/index.js';
import { ResidencyChecks } from '../nodes/index.js';
import { CheckAges } from './check-ages.js';
import { ReadinessRepository, type ReadinessRow } from './readiness.repository.js';
import { readinessView } from './readiness.view.js';

/** Says whether rolling a serving alias back now would work. Looks at nothing itself: it weighs the newest checks. */
@Injectable()
export class ShowReadiness {
  constructor(
    private readonly models: ModelRepository,
    private readonly rows: ReadinessRepository,
    private readonly residency: ResidencyChecks,
    private readonly ages: CheckAges,
  ) {}

  async execute(model: string, alias: string): Promise<ReadinessView | Refusal> {
    const owner = pairedWith(alias);
    if (owner !== null) return paired(model, alias, owner);
    const row = await this.rows.find(model, alias);
    if (row === null) return this.notThere(model, alias);
    const { modelId, live, controllers, recoveriesMs, now } = row;
    const maxAges = this.ages.most;
    const target = targetOf(row);
    const versions = target === null ? null : { live, target: target.needs.version };
    const [checks, residency] = await Promise.all([
      versions === null ? [] : this.rows.checks(modelId, versions),
      versions === null ? null : this.residency.ofVersions(modelId, Object.values(versions), now),
    ]);
    return readinessView({ model, alias, live, target, controllers, checks, residency, maxAges, now }, recoveriesMs);
  }

  private async notThere(model: string, alias: string): Promise<Refusal> {
    const found = await this.models.require(model);
    if (found instanceof Refusal) return found;
    return new Refusal(
      'alias-not-found',
      `${model} has no alias ${alias}. \`lastgood promote ${model} <version> --alias ${alias} --reason …\` makes it.`,
    );
  }
}

function targetOf({ target, targetProven, uris, image, env }: ReadinessRow) {
  if (target === null) return null;
  return { proven: targetProven === true, needs: { version: target, uris: uris ?? [], image, env: env ?? {} } };
}

function paired(model: string, alias: string, owner: string): Refusal {
  return new Refusal(
    'alias-paired',
    `${alias} is kept by Lastgood for ${owner} and is never rolled back itself. Ask for the readiness of ${owner}: ` +
      `\`lastgood readiness ${model} ${owner}\`.`,
  );
}
