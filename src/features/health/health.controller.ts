import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '../../contract/api-description.js';
import { Metrics } from './metrics.js';
import { Resolutions } from '../resolution/index.js';

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly resolutions: Resolutions,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  @ApiOperation({ summary: 'The process is alive' })
  alive() {
    return { status: 'ok' };
  }

  /** Ready without PostgreSQL too: taking this replica out of rotation then would take away the answers from memory. */
  @Get('readyz')
  @ApiOperation({ summary: 'This replica can answer; says how old its answers are' })
  ready() {
    const { table, ageSeconds } = this.resolutions;
    const database = ageSeconds <= 5 ? 'reachable' : 'unreachable';
    return { status: 'ready', revision: table.revision, aliases: table.size, ageSeconds, database };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiExcludeEndpoint()
  scrape() {
    return this.metrics.render();
  }
}
