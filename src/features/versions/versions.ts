import { Injectable } from '@nestjs/common';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { Page, VersionView } from '../../contract/views.js';
import { pageOf, readPage } from '../../platform/http/page.js';
import { ModelRepository } from '../models/index.js';
import { readVersionFilter } from './version-filter.js';
import { VersionListRepository } from './version-list.repository.js';
import { VersionRepository } from './version.repository.js';
import { versionView } from './version.view.js';

/** Reading versions, and saying no to whoever wants to delete one. */
@Injectable()
export class Versions {
  constructor(
    private readonly models: ModelRepository,
    private readonly versions: VersionRepository,
    private readonly lists: VersionListRepository,
  ) {}

  async show(modelName: string, version: number): Promise<VersionView | Refusal> {
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const row = await this.versions.require(model.id, modelName, version);
    if (row instanceof Refusal) return row;
    return versionView(modelName, row, await this.versions.aliasesOf(model.id, [version]));
  }

  async list(modelName: string, query: Record<string, string>): Promise<Page<VersionView> | Refusal> {
    const page = readPage(query, 'number');
    if (page instanceof Refusal) return page;
    const filter = readVersionFilter(query);
    if (filter instanceof Refusal) return filter;
    const model = await this.models.require(modelName);
    if (model instanceof Refusal) return model;
    const rows = await this.lists.list(
      { modelId: model.id, size: page.size, before: page.after === null ? null : Number(page.after) },
      filter,
    );
    const pointers = await this.versions.aliasesOf(
      model.id,
      rows.map((row) => row.version),
    );
    return pageOf(
      rows,
      page,
      (row) => row.version,
      (row) => versionView(modelName, row, pointers),
    );
  }

  async remove(modelName: string, version: number): Promise<Refusal> {
    const shown = await this.show(modelName, version);
    if (shown instanceof Refusal) return shown;
    const text = `${modelName} ${formatVersion(version)}`;
    if (shown.aliases.length > 0) {
      const aliases = shown.aliases.join(', ');
      return new Refusal('version-in-use', `${text} is pointed at by ${aliases}, and no version is ever deleted.`);
    }
    return new Refusal('version-immutable', `${text} stays: histories and rollbacks name it. Leave it unused instead.`);
  }
}
