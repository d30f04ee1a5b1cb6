import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ROLES, type Role } from '../../domain/role.js';
import { ALIASES_AT_SQL, protectedVersionsSql, RANK_OF_VERSION_SQL } from './protected-versions.sql.js';
import { Retention } from './retention.js';

/** A version that may be needed, and what for. */
export interface ProtectedVersion {
  modelId: number;
  version: number;
  role: Role;
}

/** A version that aliases point at, by the names that people know. */
export interface PointedVersion {
  model: string;
  version: number;
  aliases: string[];
}

interface Row {
  modelId: number;
  version: number;
  rank: number;
}

/** Which versions may be needed: what they are made of is checked often, pinned where it lies, and kept on nodes. */
@Injectable()
export class ProtectedVersions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly retention: Retention,
  ) {}

  /** All of them, each with its most urgent role. */
  async all(manager: EntityManager = this.dataSource.manager): Promise<ProtectedVersion[]> {
    const sql = `SELECT model_id AS "modelId", version, rank FROM (${protectedVersionsSql('$1')}) p`;
    const rows: Row[] = await manager.query(sql, [this.retention.seconds]);
    return rows.map(withRole);
  }

  /** What one version is needed for, or null where nothing needs it. */
  async roleOf(modelId: number, version: number): Promise<Role | null> {
    const values = [this.retention.seconds, modelId, version];
    const [row]: { rank: number | null }[] = await this.dataSource.query(RANK_OF_VERSION_SQL, values);
    return row?.rank == null ? null : (ROLES[row.rank] ?? null);
  }

  /** Which aliases point at a version, by name; null where none does. */
  async pointed(modelId: number, version: number): Promise<PointedVersion | null> {
    const rows: PointedVersion[] = await this.dataSource.query(ALIASES_AT_SQL, [modelId, version]);
    return rows[0] ?? null;
  }
}

function withRole({ modelId, version, rank }: Row): ProtectedVersion {
  const role = ROLES[rank];
  if (role === undefined) throw new Error(`no role has the rank ${rank}`);
  return { modelId, version, role };
}
