import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Digest } from '../../domain/digest.js';
import type { VersionKey } from './check-jobs.js';

/** How far the reading of one file has come. */
export interface FileProgress {
  /** The file's path below a prefix; empty where the artifact is one file. */
  readonly file: string;
  /** The mark of the object that is read, where its store gives one. */
  readonly mark: string | null;
  readonly bytes: number;
  /** How long it was read for, in milliseconds, over all jobs. */
  readonly readMs: number;
  /** The state of the hash after these bytes; null once `digest` is there. */
  readonly hash: Uint8Array | null;
  readonly digest: Digest | null;
}

const SAVE = `
  INSERT INTO reading_progress (model_id, version, uri, file, mark, bytes, read_ms, hash, digest)
  SELECT $1, $2, $3, file, mark, bytes, "readMs", decode(hash, 'hex'), digest
  FROM json_to_recordset($4)
    AS p (file text, mark text, bytes bigint, "readMs" bigint, hash text, digest text)
  ON CONFLICT (model_id, version, uri, file) DO UPDATE SET
    mark = excluded.mark, bytes = excluded.bytes, read_ms = excluded.read_ms, hash = excluded.hash,
    digest = excluded.digest, updated_at = now()`;

/** Rows of `reading_progress`: what a reading of bytes that was stopped or killed goes on from. */
@Injectable()
export class ReadingProgressRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** How far the files of an artifact are, by path. */
  async of({ modelId, version }: VersionKey, uri: string): Promise<Map<string, FileProgress>> {
    const sql = `
      SELECT file, mark, bytes, read_ms AS "readMs", hash, digest FROM reading_progress
      WHERE model_id = $1 AND version = $2 AND uri = $3`;
    const rows: FileProgress[] = await this.dataSource.query(sql, [modelId, version, uri]);
    return new Map(rows.map((row) => [row.file, row]));
  }

  async save({ modelId, version }: VersionKey, uri: string, files: readonly FileProgress[]): Promise<void> {
    if (files.length === 0) return;
    const rows = files.map(({ hash, ...file }) => ({
      ...file,
      hash: hash === null ? null : Buffer.from(hash).toString('hex'),
    }));
    await this.dataSource.query(SAVE, [modelId, version, uri, JSON.stringify(rows)]);
  }

  /** Forgets it, once the reading has come to an end. */
  async remove({ modelId, version }: VersionKey, uri: string): Promise<void> {
    const sql = 'DELETE FROM reading_progress WHERE model_id = $1 AND version = $2 AND uri = $3';
    await this.dataSource.query(sql, [modelId, version, uri]);
  }
}
