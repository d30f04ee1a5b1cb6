import { Injectable } from '@nestjs/common';
import { Refusal } from '../../contract/refusal.js';
import type { CreateModelRequest, EditModelRequest } from '../../contract/requests/model.request.js';
import type { ModelView, Page } from '../../contract/views.js';
import { pageOf, readPage } from '../../platform/http/page.js';
import { ModelRepository } from './model.repository.js';
import { modelView } from './model.view.js';

/** Everything that can be done with a model: all of it small, so all of it here. */
@Injectable()
export class Models {
  constructor(private readonly models: ModelRepository) {}

  async create(request: CreateModelRequest, actor: string): Promise<ModelView | Refusal> {
    const { model: name, description = '', labels = {} } = request;
    if (await this.models.add({ name, description, labels, createdBy: actor })) return this.show(name);
    return new Refusal('model-exists', `${name} exists already; edit its description and labels with PATCH.`);
  }

  async show(name: string): Promise<ModelView | Refusal> {
    const model = await this.models.require(name);
    if (model instanceof Refusal) return model;
    return modelView(model, await this.models.aliasesOf([model.id]));
  }

  async list(query: Record<string, string>): Promise<Page<ModelView> | Refusal> {
    const page = readPage(query, 'name');
    if (page instanceof Refusal) return page;
    const rows = await this.models.list(page.size, page.after);
    const aliases = await this.models.aliasesOf(rows.map((row) => row.id));
    return pageOf(
      rows,
      page,
      (row) => row.name,
      (row) => modelView(row, aliases),
    );
  }

  async edit(name: string, request: EditModelRequest): Promise<ModelView | Refusal> {
    const model = await this.models.require(name);
    if (model instanceof Refusal) return model;
    const { description, labels } = request;
    const changes = { ...(description !== undefined && { description }), ...(labels !== undefined && { labels }) };
    await this.models.edit(model.id, changes);
    return this.show(name);
  }

  remove(name: string): Promise<Refusal | null> {
    return this.models.removeEmpty(name);
  }
}
