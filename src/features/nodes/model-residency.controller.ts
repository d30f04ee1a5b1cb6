import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { ModelParam } from '../../platform/http/param.pipe.js';
import { ShowModelResidency } from './show-model-residency.js';

@ApiTags('nodes')
@Controller('v1/models/:model/residency')
export class ModelResidencyController {
  constructor(private readonly showModelResidency: ShowModelResidency) {}

  @Get()
  @ApiOperation({ summary: 'Where the versions of a model that may be needed lie, node by node' })
  show(@ModelParam() model: string) {
    return this.showModelResidency.execute(model);
  }
}
