import { Injectable } from '@nestjs/common';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { Page, ReportView } from '../../contract/views.js';
import { servesAsRecorded } from '../../domain/config-digest.js';
import { ModelRepository } from '../models/index.js';
import { VersionRepository, type RecordedConfig } from '../versions/index.js';
import { ConfigDrift } from './config-drift.js';
import type { ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';

const CONTROLLER = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** A controller's word on what it serves. */
export interface Report extends Omit<ReportEntity, 'modelId' | 'reportedAt'> {
  model: string;
}

/** Takes and shows what serving controllers say they serve. */
@Injectable()
export class Reports {
  constructor(
    private readonly models: ModelRepository,
    private readonly versions: VersionRepository,
    private readonly reports: ReportRepository,
    private readonly configs: ConfigDrift,
  ) {}

  async record({ model: name, ...report }: Report): Promise<ReportView | Refusal> {
    if (!CONTROLLER.test(report.controller)) {
      return refuseField(
        'controller',
        report.controller,
        'must be 1 to 128 letters, digits, dots, colons, dashes and _',
      );
    }
    const model = await this.models.require(name);
    if (model instanceof Refusal) return model;
    if (!(await this.reports.aliasExists(model.id, report.alias))) return aliasNotFound(name, report.alias);
    const version = await this.versions.require(model.id, name, report.version);
    if (version instanceof Refusal) return version;
    const reportedAt = await this.reports.record({ ...report, modelId: model.id });
    const reported = { ...report, modelId: model.id, reportedAt };
    this.configs.note(reported, version);
    return reportView(reported, version);
  }

  async list(name: string, alias: string): Promise<Page<ReportView> | Refusal> {
    const model = await this.models.require(name);
    if (model instanceof Refusal) return model;
    if (!(await this.reports.aliasExists(model.id, alias))) return aliasNotFound(name, alias);
    const rows = await this.reports.list(model.id, alias);
    const configs = await this.versions.configsOf(model.id, [...new Set(rows.map(({ version }) => version))]);
    return { items: rows.map((row) => reportView(row, configs.get(row.version))), nextPageToken: null };
  }
}

function aliasNotFound(model: string, alias: string): Refusal {
  return new Refusal(
    'alias-not-found',
    `${model} has no alias ${alias}. GET /v1/models/${model}/aliases lists those it has.`,
  );
}

function reportView(row: ReportEntity, recorded: RecordedConfig | undefined): ReportView {
  const { controller, version, revision, configDigest, readyReplicas, replicas } = row;
  return {
    controller,
    version,
    revision,
    configDigest,
    drift: recorded !== undefined && !servesAsRecorded(configDigest, recorded),
    readyReplicas,
    replicas,
    reportedAt: row.reportedAt.toISOString(),
  };
}
