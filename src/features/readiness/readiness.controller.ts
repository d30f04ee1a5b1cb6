import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { AliasParam, ModelParam } from '../../platform/http/param.pipe.js';
import { ShowReadiness } from './show-readiness.js';

@ApiTags('readiness')
@Controller('v1/models/:model/aliases/:alias/readiness')
export class ReadinessController {
  constructor(private readonly showReadiness: ShowReadiness) {}

  @Get()
  @ApiOperation({ summary: 'Whether rolling the alias back now would work: a checklist over the newest checks' })
  show(@ModelParam() model: string, @AliasParam() alias: string) {
    return this.showReadiness.execute(model, alias);
  }
}
