import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { Transactions } from '../../platform/database/transactions.js';
import { ModelEntity } from './model.entity.js';

/** What a new model is made of. */
export interface NewModel {
  name: string;
  description: string;
  labels: Record<string, string>;
  createdBy: string;
}

/** An alias as the model's page shows it. */
export interface AliasPointer {
  modelId: number;
  alias: string;
  version: number;
}

/** Rows of `models`. Methods take the caller's transaction where they belong to a larger change. */
@Injectable()
export class ModelRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
  ) {}

  find(name: string, manager: EntityManager = this.dataSource.manager): Promise<ModelEntity | null> {
    return manager.findOneBy(ModelEntity, { name });
  }

  /** The model, or the refusal that names it. */
  async require(name: string, manager: EntityManager = this.dataSource.manager): Promise<ModelEntity | Refusal> {
    return (await this.find(name, manager)) ?? modelNotFound(name);
  }

  /** Adds the model unless its name is taken; false when it was. */
  async add(model: NewModel, manager: EntityManager = this.dataSource.manager): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `INSERT INTO models (name, description, labels, created_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO NOTHING RETURNING id`,
      [model.name, model.description, model.labels, model.createdBy],
    );
    return rows.length > 0;
  }

  async edit(id: number, changes: { description?: string; labels?: Record<string, string> }): Promise<void> {
    if (Object.keys(changes).length > 0) await this.dataSource.manager.update(ModelEntity, { id }, changes);
  }

  /** One model more than `size`, by name, beyond `after`. */
  list(size: number, after: string | null): Promise<ModelEntity[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(ModelEntity, 'm')
      .orderBy('m.name')
      .limit(size + 1);
    return (after === null ? query : query.where('m.name > :after', { after })).getMany();
  }

  aliasesOf(modelIds: number[], manager: EntityManager = this.dataSource.manager): Promise<AliasPointer[]> {
    return manager.query(
      `SELECT model_id AS "modelId", name AS alias, version FROM aliases
       WHERE model_id = ANY($1) AND version IS NOT NULL ORDER BY name`,
      [modelIds],
    );
  }

  /** Deletes a model that never had a version; its row lock keeps a registration from slipping in between. */
  removeEmpty(name: string): Promise<Refusal | null> {
    return this.transactions.run(async (manager) => {
      const model = await manager.findOne(ModelEntity, { where: { name }, lock: { mode: 'pessimistic_write' } });
      if (!model) return modelNotFound(name);
      const aliases = await this.aliasesOf([model.id], manager);
      if (aliases.length > 0) return modelInUse(name, aliases);
      if (model.nextVersion > 1) return modelNotEmpty(name);
      await manager.delete(ModelEntity, { id: model.id });
      return null;
    });
  }
}

function modelNotFound(name: string): Refusal {
  return new Refusal(
    'model-not-found',
    `There is no model ${name}. \`lastgood models\` lists them; a first registration with createModel makes one.`,
  );
}

function modelInUse(name: string, aliases: AliasPointer[]): Refusal {
  const list = aliases.map(({ alias, version }) => `${alias} → v${version}`).join(', ');
  return new Refusal(
    'model-in-use',
    `${name} is pointed at by ${list}. A model that an alias points at is never deleted.`,
  );
}

function modelNotEmpty(name: string): Refusal {
  return new Refusal(
    'model-not-empty',
    `${name} has versions, and a version is kept for good. Only a model without any can be deleted.`,
  );
}
