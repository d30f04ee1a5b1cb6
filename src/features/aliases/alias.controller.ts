import { Body, Controller, Delete, Get, Headers, HttpCode, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '../../contract/api-description.js';
import { MoveAliasRequest } from '../../contract/requests/alias.request.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { parseVersion } from '../../domain/version-number.js';
import { Actor } from '../../platform/http/actor.js';
import { Paged } from '../../platform/http/api-docs.js';
import { AliasParam, ModelParam } from '../../platform/http/param.pipe.js';
import { Aliases } from './aliases.js';
import { MoveAlias } from './move-alias.js';
import { RemoveAlias } from './remove-alias.js';

@ApiTags('aliases')
@Controller('v1/models/:model/aliases')
export class AliasController {
  constructor(
    private readonly aliases: Aliases,
    private readonly moveAlias: MoveAlias,
    private readonly removeAlias: RemoveAlias,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the aliases of a model' })
  list(@ModelParam() model: string) {
    return this.aliases.list(model);
  }

  @Get(':alias')
  @ApiOperation({ summary: 'Show an alias: live version, soak, rollback target, rejected versions' })
  async show(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.aliases.show(model, alias));
  }

  @Put(':alias')
  @ApiHeader({ name: 'If-Match', required: false, description: '"<revision>": move only while the alias is there' })
  @ApiOperation({ summary: 'Point an alias at a version' })
  async move(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Body() { version, reason }: MoveAliasRequest,
    @Actor() actor: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AliasView | Refusal> {
    const ifRevision = ifMatch === undefined ? null : Number(/^"(\d{1,15})"$/.exec(ifMatch)?.[1] ?? NaN);
    if (Number.isNaN(ifRevision))
      return refuseField('If-Match', ifMatch, 'must be one revision in quotes, such as "57"');
    const promotion = { model, alias, version: parseVersion(version) ?? 0, reason, actor, ifRevision };
    return tagged(reply, await this.moveAlias.execute(promotion));
  }

  @Delete(':alias')
  @HttpCode(204)
  @ApiQuery({ name: 'reason', description: 'Why; kept in the history' })
  @ApiOperation({ summary: 'Take an alias away; its history stays' })
  remove(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Query('reason') reason: string | undefined,
    @Actor() actor: string,
  ) {
    return this.removeAlias.execute({ model, alias, reason, actor });
  }

  @Get(':alias/history')
  @Paged()
  @ApiQuery({ name: 'at', required: false, description: 'RFC 3339: what the alias was then' })
  @ApiOperation({ summary: 'Who moved the alias, why, from, to and when, newest first' })
  history(@ModelParam() model: string, @AliasParam() alias: string, @Query() query: Record<string, string>) {
    return this.aliases.history(model, alias, query);
  }
}

function tagged(reply: FastifyReply, view: AliasView | Refusal): AliasView | Refusal {
  if (!(view instanceof Refusal)) void reply.header('etag', `"${view.revision}"`);
  return view;
}
