import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '../../contract/api-description.js';
import { Paged } from '../../platform/http/api-docs.js';
import { Jobs } from './jobs.js';

@ApiTags('jobs')
@Controller('v1/jobs')
export class JobController {
  constructor(private readonly jobs: Jobs) {}

  @Get()
  @Paged()
  @ApiQuery({ name: 'state', required: false, enum: ['failed'], description: 'Only failed jobs are listed' })
  @ApiOperation({ summary: 'List the jobs that failed for good, latest first' })
  list(@Query() query: Record<string, string>) {
    return this.jobs.listFailed(query);
  }

  @Get('summary')
  @ApiOperation({ summary: 'Show how many jobs wait, run and failed, lane by lane, and what waits for the queue' })
  summary() {
    return this.jobs.summary();
  }

  @Post(':job/retry')
  @HttpCode(202)
  @ApiOperation({ summary: 'Run a failed job again, with all its attempts before it' })
  retry(@Param('job') job: string) {
    return this.jobs.retry(job);
  }
}
