import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { formatVersion } from '../../domain/version-number.js';
import { VersionEntity } from './version.entity.js';

/** The model's row while a registration holds it. */
export interface LockedModel {
  id: number;
  nextVersion: number;
}

/** What a version serves with, and its digest. */
export type RecordedConfig = Pick<VersionEntity, 'version' | 'digest' | 'env' | 'serving'>;

/** Rows of `versions`, and the counter and keys that registering needs beside them. */
@Injectable()
export class VersionRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async require(
    modelId: number,
    model: string,
    version: number,
    manager?: EntityManager,
  ): Promise<VersionEntity | Refusal> {
    const found = await (manager ?? this.dataSource.manager).findOneBy(VersionEntity, { modelId, version });
    if (found) return found;
    const text = formatVersion(version);
    return new Refusal(
      'version-not-found',
      `${model} has no ${text}. \`lastgood versions ${model}\` lists what it has.`,
    );
  }

  /** What these versions serve with, by their numbers. */
  async configsOf(modelId: number, versions: number[]): Promise<Map<number, RecordedConfig>> {
    const rows: RecordedConfig[] = await this.dataSource.query(
      'SELECT version, digest, env, serving FROM versions WHERE model_id = $1 AND version = ANY($2)',
      [modelId, versions],
    );
    return new Map(rows.map((row) => [row.version, row]));
  }

  /** Which aliases point at which of these versions. */
  aliasesOf(modelId: number, versions: number[]): Promise<{ version: number; alias: string }[]> {
    return this.dataSource.query(
      'SELECT version, name AS alias FROM aliases WHERE model_id = $1 AND version = ANY($2) ORDER BY name',
      [modelId, versions],
    );
  }

  /** Locks the model against other registrations, but not against moves of its aliases. Null: no such model. */
  async lockModel(manager: EntityManager, name: string): Promise<LockedModel | null> {
    const rows: LockedModel[] = await manager.query(
      'SELECT id, next_version AS "nextVersion" FROM models WHERE name = $1 FOR NO KEY UPDATE',
      [name],
    );
    return rows[0] ?? null;
  }

  /** The version that this idempotency key registered, or null. */
  async byKey(manager: EntityManager, modelId: number, key: string): Promise<VersionEntity | null> {
    const rows: { version: number }[] = await manager.query(
      'SELECT version FROM idempotency_keys WHERE model_id = $1 AND key = $2',
      [modelId, key],
    );
    return rows[0] ? manager.findOneBy(VersionEntity, { modelId, version: rows[0].version }) : null;
  }

  byDigest(manager: EntityManager, modelId: number, digest: string): Promise<VersionEntity | null> {
    return manager.findOneBy(VersionEntity, { modelId, digest });
  }

  async rememberKey(manager: EntityManager, modelId: number, key: string, version: number): Promise<void> {
    await manager.query('INSERT INTO idempotency_keys (model_id, key, version) VALUES ($1, $2, $3)', [
      modelId,
      key,
      version,
    ]);
  }

  /** Adds the version under the number that the locked model has next. */
  async add(manager: EntityManager, version: Omit<VersionEntity, 'createdAt'>): Promise<VersionEntity> {
    // The database's clock, under the model's lock: times then order the same way as numbers, whichever replica it was.
    const [[clock]]: [{ now: Date }[], number] = await manager.query(
      'UPDATE models SET next_version = $2 WHERE id = $1 RETURNING clock_timestamp() AS now',
      [version.modelId, version.version + 1],
    );
    if (!clock) throw new Error(`model ${version.modelId} vanished under its lock`);
    const createdAt = clock.now;
    await manager.insert(VersionEntity, { ...version, createdAt } as Parameters<
      typeof manager.insert<VersionEntity>
    >[1]);
    return { ...version, createdAt };
  }
}
