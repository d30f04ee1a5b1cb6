import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../../contract/api-description.js';
import { CreateModelRequest, EditModelRequest } from '../../contract/requests/model.request.js';
import { Actor } from '../../platform/http/actor.js';
import { ModelParam } from '../../platform/http/param.pipe.js';
import { Paged } from '../../platform/http/api-docs.js';
import { Models } from './models.js';

@ApiTags('models')
@Controller('v1/models')
export class ModelController {
  constructor(private readonly models: Models) {}

  @Post()
  @ApiOperation({ summary: 'Create a model' })
  create(@Body() body: CreateModelRequest, @Actor() actor: string) {
    return this.models.create(body, actor);
  }

  @Get()
  @Paged()
  @ApiOperation({ summary: 'List models by name' })
  list(@Query() query: Record<string, string>) {
    return this.models.list(query);
  }

  @Get(':model')
  @ApiOperation({ summary: 'Show a model and its aliases' })
  show(@ModelParam() model: string) {
    return this.models.show(model);
  }

  @Patch(':model')
  @ApiOperation({ summary: 'Edit description and labels' })
  edit(@ModelParam() model: string, @Body() body: EditModelRequest) {
    return this.models.edit(model, body);
  }

  @Delete(':model')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a model that has no versions' })
  remove(@ModelParam() model: string) {
    return this.models.remove(model);
  }
}
