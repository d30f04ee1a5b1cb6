import { Body, Controller, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { ConfigureAliasRequest, VouchRequest } from '../../contract/requests/alias.request.js';
import { parseVersion } from '../../domain/version-number.js';
import { Actor } from '../../platform/http/actor.js';
import { AliasParam, ModelParam } from '../../platform/http/param.pipe.js';
import { ClearRejection } from './clear-rejection.js';
import { ConfigureAlias } from './configure-alias.js';
import { DeclareKnownGood } from './declare-known-good.js';

@ApiTags('aliases')
@Controller('v1/models/:model/aliases/:alias')
export class VouchController {
  constructor(
    private readonly clearRejection: ClearRejection,
    private readonly declareKnownGood: DeclareKnownGood,
    private readonly configureAlias: ConfigureAlias,
  ) {}

  @Patch()
  @ApiOperation({ summary: 'Set the soak window' })
  configure(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Body() body: ConfigureAliasRequest,
    @Actor() actor: string,
  ) {
    const { soakSeconds, reason } = body;
    return this.configureAlias.execute({ model, alias, soakSeconds, reason, actor });
  }

  @Post('clear')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lift the rejection of a version' })
  clear(@ModelParam() model: string, @AliasParam() alias: string, @Body() body: VouchRequest, @Actor() actor: string) {
    const { version, reason } = body;
    return this.clearRejection.execute({ model, alias, version: parseVersion(version) ?? 0, reason, actor });
  }

  @Post('known-good')
  @HttpCode(200)
  @ApiOperation({ summary: 'Declare a version known good that served before Lastgood watched it' })
  declare(
    @ModelParam() model: string,
    @AliasParam() alias: string,
    @Body() body: VouchRequest,
    @Actor() actor: string,
  ) {
    const { version, reason } = body;
    return this.declareKnownGood.execute({ model, alias, version: parseVersion(version) ?? 0, reason, actor });
  }
}
