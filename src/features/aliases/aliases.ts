import { Injectable } from '@nestjs/common';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { AliasChangeView, AliasView, Page, RollbackView } from '../../contract/views.js';
import { momentProblem, parseMoment } from '../../domain/moment.js';
import { pageOf, readPage, type PageRequest } from '../../platform/http/page.js';
import { ModelRepository } from '../models/index.js';
import { aliasNotFound, AliasRepository } from './alias.repository.js';
import { aliasView, changeView, rollbackView } from './alias.view.js';
import { RollbackRepository } from './rollback.repository.js';

type Query = Record<string, string>;

/** Reading aliases, their history and their rollbacks, from the database. */
@Injectable()
export class Aliases {
  constructor(
    private readonly models: ModelRepository,
    private readonly aliases: AliasRepository,
    private readonly rollbacks: RollbackRepository,
  ) {}

  async list(modelName: string): Promise<Page<AliasView> | Refusal> {
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const rows = await this.aliases.list(model.id);
    return { items: rows.map((row) => aliasView(modelName, row)), nextPageToken: null };
  }

  async show(modelName: string, alias: string): Promise<AliasView | Refusal> {
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const row = await this.aliases.find(model.id, alias);
    return row ? aliasView(modelName, row) : aliasNotFound(modelName, alias);
  }

  async history(modelName: string, alias: string, query: Query): Promise<Page<AliasChangeView> | Refusal> {
    const page = readPage(query, 'number');
    if (page instanceof Refusal) return page;
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    if (query['at'] !== undefined) return this.historyAt(modelName, model.id, alias, query['at']);
    const rows = await this.aliases.history(model.id, alias, page.size, before(page));
    if (rows.length === 0 && page.after === null) return aliasNotFound(modelName, alias);
    return pageOf(
      rows,
      page,
      (row) => row.revision,
      (row) => changeView(modelName, row),
    );
  }

  async listRollbacks(modelName: string, alias: string, query: Query): Promise<Page<RollbackView> | Refusal> {
    const page = readPage(query, 'number');
    if (page instanceof Refusal) return page;
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const rows = await this.rollbacks.list(model.id, alias, page.size, before(page));
    if (rows.length === 0 && !(await this.aliases.find(model.id, alias))) return aliasNotFound(modelName, alias);
    return pageOf(
      rows,
      page,
      (row) => row.revision,
      (row) => rollbackView(modelName, row),
    );
  }

  async showRollback(modelName: string, alias: string, id: string): Promise<RollbackView | Refusal> {
    if (!/^[0-9]{1,15}$/.test(id)) return refuseField('id', id, 'must be the number of a rollback');
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const row = await this.rollbacks.require(model.id, alias, Number(id));
    return row instanceof Refusal ? row : rollbackView(modelName, row);
  }

  private async historyAt(
    model: string,
    modelId: number,
    alias: string,
    at: string,
  ): Promise<Page<AliasChangeView> | Refusal> {
    const moment = parseMoment(at);
    if (moment === null) return refuseField('at', at, momentProblem(at) ?? '');
    const row = await this.aliases.changeAt(modelId, alias, moment);
    return { items: row ? [changeView(model, row)] : [], nextPageToken: null };
  }
}

const before = ({ after }: PageRequest): number | null => (after === null ? null : Number(after));
