import { Injectable } from '@nestjs/common';
import type { ModelResidencyView, VersionResidencyView } from '../../contract/node-views.js';
import { Refusal } from '../../contract/refusal.js';
import { ROLES } from '../../domain/role.js';
import { ModelRepository } from '../models/index.js';
import { ProtectedVersions, type ProtectedVersion } from '../protection/index.js';
import { HoldingRepository, type HoldingRow } from './holding.repository.js';
import { holdingView } from './holding.view.js';

/** Shows where the versions of a model lie that may be needed: live ones, rollback targets, candidates. */
@Injectable()
export class ShowModelResidency {
  constructor(
    private readonly models: ModelRepository,
    private readonly protectedVersions: ProtectedVersions,
    private readonly holdings: HoldingRepository,
  ) {}

  async execute(name: string): Promise<ModelResidencyView | Refusal> {
    const model = await this.models.require(name);
    if (model instanceof Refusal) return model;
    const needed = (await this.protectedVersions.all())
      .filter(({ modelId, role }) => modelId === model.id && role !== 'kept')
      .toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || b.version - a.version);
    const rows = await this.holdings.ofVersions(
      model.id,
      needed.map(({ version }) => version),
    );
    const of = (version: number) => rows.filter((row) => row.version === version);
    return {
      model: name,
      versions: needed.map((one) => summary(one, of(one.version))),
      items: needed.flatMap(({ version }) => of(version).map((row) => holdingView(name, row))),
    };
  }
}

function summary({ version, role }: ProtectedVersion, rows: readonly HoldingRow[]): VersionResidencyView {
  const reporting = rows.filter((row) => row.reporting);
  return {
    version,
    role,
    wanted: rows.length,
    resident: reporting.filter(({ state }) => state === 'resident').length,
    failed: reporting.filter(({ state }) => state === 'failed').length,
    silent: rows.length - reporting.length,
  };
}
