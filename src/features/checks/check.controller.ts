import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '../../contract/api-description.js';
import { CheckRequest } from '../../contract/requests/check.request.js';
import { Paged } from '../../platform/http/api-docs.js';
import { ModelParam, VersionParam } from '../../platform/http/param.pipe.js';
import { AskForCheck } from './ask-for-check.js';
import { Checks } from './checks.js';

@ApiTags('checks')
@Controller('v1/models/:model/versions/:version/checks')
export class CheckController {
  constructor(
    private readonly checks: Checks,
    private readonly askForCheck: AskForCheck,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The newest observation of each thing that the version needs' })
  list(@ModelParam() model: string, @VersionParam() version: number) {
    return this.checks.newest(model, version);
  }

  @Get('history')
  @Paged()
  @ApiQuery({ name: 'kind', required: false, description: 'Only of this kind' })
  @ApiQuery({ name: 'subject', required: false, description: 'Only of this subject' })
  @ApiQuery({ name: 'state', required: false, description: 'Only in this state' })
  @ApiOperation({ summary: 'Every observation that is kept, newest first' })
  history(@ModelParam() model: string, @VersionParam() version: number, @Query() query: Record<string, string>) {
    return this.checks.history(model, version, query);
  }

  @Get('rounds')
  @ApiOperation({ summary: 'When all that the version needs was last looked at and read, and when it will be' })
  rounds(@ModelParam() model: string, @VersionParam() version: number) {
    return this.checks.schedule(model, version);
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Ask for a check now; what it sees appears in the list' })
  ask(@ModelParam() model: string, @VersionParam() version: number, @Body() { deep }: CheckRequest) {
    return this.askForCheck.execute(model, version, deep === true);
  }
}
