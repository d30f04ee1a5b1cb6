import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { parseVersion } from '../../domain/version-number.js';
import { ServingReportRequest } from '../../contract/requests/alias.request.js';
import { AliasParam, ModelParam } from '../../platform/http/param.pipe.js';
import { Reports } from './reports.js';

@ApiTags('reports')
@Controller('v1/models/:model/aliases/:alias/reports')
export class ReportController {
  constructor(private readonly reports: Reports) {}

  @Put(':controller')
  @ApiOperation({ summary: 'Say what a serving controller serves now' })
  record(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Param('controller') controller: string,
    @Body() { version, ...report }: ServingReportRequest,
  ) {
    return this.reports.record({ model, alias, controller, version: parseVersion(version) ?? 0, ...report });
  }

  @Get()
  @ApiOperation({ summary: 'What every serving controller said last' })
  list(@ModelParam() model: string, @AliasParam() alias: string) {
    return this.reports.list(model, alias);
  }
}
