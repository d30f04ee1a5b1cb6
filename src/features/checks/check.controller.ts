import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal } from '../../contract/refusal.js';
import type { CheckView, Page } from '../../contract/views.js';
import { ModelParam, VersionParam } from '../../platform/http/param.pipe.js';
import { ModelRepository } from '../models/index.js';
import { CheckRepository } from './check.repository.js';

@ApiTags('checks')
@Controller('v1/models/:model/versions/:version/checks')
export class CheckController {
  constructor(
    private readonly models: ModelRepository,
    private readonly checks: CheckRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The newest observation of each thing that the version needs' })
  async list(@ModelParam() modelName: string, @VersionParam() version: number): Promise<Page<CheckView> | Refusal> {
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    if ((await this.checks.needsOf(model.id, version)) === null) {
      return new Refusal(
        'version-not-found',
        `${modelName} has no v${version}. \`lastgood versions ${modelName}\` lists what it has.`,
      );
    }
    const rows = await this.checks.newest(model.id, version);
    const items = rows.map(({ modelId: _model, observedAt, since, ...row }) => {
      return { ...row, observedAt: observedAt.toISOString(), since: since.toISOString() };
    });
    return { items, nextPageToken: null };
  }
}
