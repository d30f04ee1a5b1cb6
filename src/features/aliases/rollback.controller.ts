import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { RollBackRequest } from '../../contract/requests/alias.request.js';
import { parseVersion } from '../../domain/version-number.js';
import { Actor } from '../../platform/http/actor.js';
import { Paged } from '../../platform/http/api-docs.js';
import { AliasParam, ModelParam } from '../../platform/http/param.pipe.js';
import { Aliases } from './aliases.js';
import { RollBackAlias } from './roll-back-alias.js';

@ApiTags('rollbacks')
@Controller('v1/models/:model/aliases/:alias')
export class RollbackController {
  constructor(
    private readonly aliases: Aliases,
    private readonly rollBackAlias: RollBackAlias,
  ) {}

  @Post('rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Reverse the alias to its rollback target and reject the version it leaves' })
  rollBack(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Body() body: RollBackRequest,
    @Actor() actor: string,
  ) {
    const { reason, from, to } = body;
    return this.rollBackAlias.execute({ model, alias, reason, actor, from: parseVersion(from), to: parseVersion(to) });
  }

  @Get('rollbacks')
  @Paged()
  @ApiOperation({ summary: 'List rollbacks, newest first' })
  list(@ModelParam() model: string, @AliasParam() alias: string, @Query() query: Record<string, string>) {
    return this.aliases.listRollbacks(model, alias, query);
  }

  @Get('rollbacks/:id')
  @ApiOperation({ summary: 'Show a rollback and its timeline' })
  show(@ModelParam() model: string, @AliasParam() alias: string, @Param('id') id: string) {
    return this.aliases.showRollback(model, alias, id);
  }
}
