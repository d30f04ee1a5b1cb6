import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Artifact } from '../../domain/version-record.js';
import { CheckEntity } from './check.entity.js';

/** Rows of `checks`, and what a check needs to know of a version. */
@Injectable()
export class CheckRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** What a version needs outside the registry; null where there is no such version. */
  async needsOf(modelId: number, version: number): Promise<{ artifacts: Artifact[]; image: string | null } | null> {
    const rows: { artifacts: Artifact[]; image: string | null }[] = await this.dataSource.query(
      'SELECT artifacts, image FROM versions WHERE model_id = $1 AND version = $2',
      [modelId, version],
    );
    return rows[0] ?? null;
  }

  async add(checks: Omit<CheckEntity, 'id'>[]): Promise<void> {
    if (checks.length > 0) {
      await this.dataSource.manager.insert(
        CheckEntity,
        checks as Parameters<typeof this.dataSource.manager.insert<CheckEntity>>[1],
      );
    }
  }

  /** The newest observation of each thing that the version needs. */
  newest(modelId: number, version: number): Promise<CheckEntity[]> {
    return this.dataSource.manager
      .createQueryBuilder(CheckEntity, 'c')
      .distinctOn(['c.subject'])
      .where('c.modelId = :modelId AND c.version = :version', { modelId, version })
      .orderBy('c.subject')
      .addOrderBy('c.observedAt', 'DESC')
      .getMany();
  }
}
