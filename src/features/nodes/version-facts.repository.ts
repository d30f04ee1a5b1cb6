import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Blob } from '../../domain/placement/placement.js';
import { poolOf, type Pool } from '../../domain/placement/pool.js';
import type { Artifact } from '../../domain/version-record.js';

/** Which version is meant. */
export interface VersionKey {
  modelId: number;
  version: number;
}

/** What a plan needs of a version's record. */
export interface VersionFacts extends VersionKey {
  model: string;
  pool: Pool | null;
  blobs: Blob[];
  hasImage: boolean;
}

/** What an agent needs of a version to fetch it. */
export interface AssignedRecord extends VersionKey {
  model: string;
  artifacts: Artifact[];
  image: string | null;
}

const FROM = `
  FROM versions v JOIN models m ON m.id = v.model_id
  JOIN unnest($1::integer[], $2::integer[]) AS asked (model_id, version)
    ON asked.model_id = v.model_id AND asked.version = v.version`;

const FACTS = `
  SELECT v.model_id AS "modelId", v.version, m.name AS model, v.serving, v.image IS NOT NULL AS "hasImage",
         (SELECT coalesce(json_agg(json_build_array(a ->> 'digest', a -> 'size')), '[]')
          FROM jsonb_array_elements(v.artifacts) a) AS blobs ${FROM}`;

const RECORDS = `SELECT v.model_id AS "modelId", v.version, m.name AS model, v.artifacts, v.image ${FROM}`;

/** The key of a version, in maps. */
export const keyOf = ({ modelId, version }: VersionKey): string => `${modelId}/${version}`;

/** The version that a key of {@link keyOf} stands for. */
export function versionOf(key: string): VersionKey {
  const [modelId = NaN, version = NaN] = key.split('/').map(Number);
  return { modelId, version };
}

/** What versions' records say. Records never change, so what the last plan needed is remembered for the next one. */
@Injectable()
export class VersionFactsRepository {
  private remembered = new Map<string, VersionFacts>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The facts of these versions, by {@link keyOf}; forgets those of all others. */
  async ofPlanned(manager: EntityManager, keys: readonly VersionKey[]): Promise<ReadonlyMap<string, VersionFacts>> {
    const missing = keys.filter((key) => !this.remembered.has(keyOf(key)));
    const read = new Map((await this.read(manager, missing)).map((facts) => [keyOf(facts), facts]));
    const all = keys.flatMap((key) => this.remembered.get(keyOf(key)) ?? read.get(keyOf(key)) ?? []);
    this.remembered = new Map(all.map((facts) => [keyOf(facts), facts]));
    return this.remembered;
  }

  /** What must be fetched for these versions, by {@link keyOf}. */
  async recordsOf(keys: readonly VersionKey[]): Promise<Map<string, AssignedRecord>> {
    if (keys.length === 0) return new Map();
    const rows: AssignedRecord[] = await this.dataSource.query(RECORDS, columnsOf(keys));
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  private async read(manager: EntityManager, keys: readonly VersionKey[]): Promise<VersionFacts[]> {
    if (keys.length === 0) return [];
    const rows: (VersionKey & {
      model: string;
      serving: Record<string, unknown>;
      hasImage: boolean;
      blobs: [string, number][];
    })[] = await manager.query(FACTS, columnsOf(keys));
    return rows.map(({ modelId, version, model, serving, hasImage, blobs }) => {
      return {
        modelId,
        version,
        model,
        pool: poolOf(serving),
        hasImage,
        blobs: blobs.map(([digest, bytes]) => ({ digest, bytes })),
      };
    });
  }
}

function columnsOf(keys: readonly VersionKey[]): number[][] {
  return [keys.map(({ modelId }) => modelId), keys.map(({ version }) => version)];
}
