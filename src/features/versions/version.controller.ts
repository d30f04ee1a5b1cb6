import { Body, Controller, Delete, Get, Headers, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '../../contract/api-description.js';
import { RegisterVersionRequest } from '../../contract/requests/version.request.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { VersionView } from '../../contract/views.js';
import { Actor } from '../../platform/http/actor.js';
import { Paged } from '../../platform/http/api-docs.js';
import { ModelParam, VersionParam } from '../../platform/http/param.pipe.js';
import { existing } from '../../platform/http/existing.js';
import { RegisterVersion } from './register-version.js';
import { VERSION_STATES } from './version-filter.js';
import { Versions } from './versions.js';

@ApiTags('versions')
@Controller('v1/models/:model/versions')
export class VersionController {
  constructor(
    private readonly registerVersion: RegisterVersion,
    private readonly versions: Versions,
  ) {}

  @Post()
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key gives the same version' })
  @ApiOperation({ summary: 'Register a version: 201 for a new record, 200 with the version of a known one' })
  async register(
    @ModelParam() model: string,
    @Body() body: RegisterVersionRequest,
    @Actor() actor: string,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VersionView | Refusal> {
    if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key)) {
      return refuseField('Idempotency-Key', key, 'must be 1 to 200 visible ASCII characters');
    }
    const result = await this.registerVersion.execute({ model, body, actor, key: key ?? null });
    if (result instanceof Refusal) return result;
    return result.created ? result.view : existing(reply, result.view);
  }

  @Get()
  @Paged()
  @ApiQuery({ name: 'label', required: false, isArray: true, type: String, description: 'name=value; all must match' })
  @ApiQuery({ name: 'alias', required: false, description: 'Pointed at by this alias, or of `state` under it' })
  @ApiQuery({
    name: 'state',
    required: false,
    enum: VERSION_STATES,
    description: 'Under `alias`, production if absent',
  })
  @ApiQuery({ name: 'createdAfter', required: false, description: 'RFC 3339' })
  @ApiQuery({ name: 'createdBefore', required: false, description: 'RFC 3339' })
  @ApiOperation({ summary: 'List versions, newest first' })
  list(@ModelParam() model: string, @Query() query: Record<string, string>) {
    return this.versions.list(model, query);
  }

  @Get(':version')
  @ApiOperation({ summary: 'Show a version' })
  show(@ModelParam() model: string, @VersionParam() version: number) {
    return this.versions.show(model, version);
  }

  @Delete(':version')
  @ApiOperation({ summary: 'Always refused: versions are kept' })
  remove(@ModelParam() model: string, @VersionParam() version: number) {
    return this.versions.remove(model, version);
  }
}
