import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { KnownMark } from '../../domain/artifact-look.js';
import type { VersionKey } from './check-jobs.js';

/** What a look adds to what is known of an artifact's mark. */
export interface MarkNews {
  uri: string;
  learn: string | null;
  doubt: boolean;
}

// A look never replaces a mark: only reading the bytes shows that another one is as good.
const ADD = `
  INSERT INTO artifact_marks AS m (model_id, version, uri, mark, learned_at, wanted)
  SELECT DISTINCT ON (uri) $1::integer, $2::integer, uri, learn, CASE WHEN learn IS NOT NULL THEN now() END, doubt
  FROM json_to_recordset($3) AS news (uri text, learn text, doubt boolean)
  ON CONFLICT (model_id, version, uri) DO UPDATE SET
    mark = coalesce(m.mark, excluded.mark), learned_at = coalesce(m.learned_at, excluded.learned_at),
    wanted = m.wanted OR excluded.wanted`;

const SETTLE = `
  INSERT INTO artifact_marks AS m (model_id, version, uri, mark, learned_at, refuted, wanted)
  VALUES ($1, $2, $3, $4::text, CASE WHEN $4::text IS NOT NULL THEN now() END, $5, $6)
  ON CONFLICT (model_id, version, uri) DO UPDATE SET
    mark = CASE WHEN m.mark = excluded.refuted THEN NULL ELSE coalesce(excluded.mark, m.mark) END,
    learned_at = coalesce(excluded.learned_at, m.learned_at),
    refuted = CASE WHEN excluded.mark IS NOT NULL THEN NULL ELSE coalesce(excluded.refuted, m.refuted) END,
    wanted = excluded.wanted`;

/** What a reading of an artifact's bytes settles about its marks. */
export interface MarkVerdict {
  /** The mark of bytes that were read and are the recorded ones, if the store gives marks. */
  proven?: string | undefined;
  /** The mark of bytes that were read and are others. */
  refuted?: string | undefined;
  /** The bytes could not be read, and are to be once they are seen again. */
  wanted?: boolean;
}

/** Rows of `artifact_marks`: by which mark the recorded bytes are known, and where there is a doubt. */
@Injectable()
export class MarkRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** All that is known of the marks of a version's artifacts, by URI. */
  async of({ modelId, version }: VersionKey): Promise<Map<string, KnownMark>> {
    const sql = 'SELECT uri, mark, refuted, wanted FROM artifact_marks WHERE model_id = $1 AND version = $2';
    const rows: (KnownMark & { uri: string })[] = await this.dataSource.query(sql, [modelId, version]);
    return new Map(rows.map(({ uri, ...known }) => [uri, known]));
  }

  /** Keeps what looks brought. */
  async add({ modelId, version }: VersionKey, news: readonly MarkNews[]): Promise<void> {
    if (news.length > 0) await this.dataSource.query(ADD, [modelId, version, JSON.stringify(news)]);
  }

  /** Keeps what a reading of the bytes brought. */
  async settle({ modelId, version }: VersionKey, uri: string, verdict: MarkVerdict): Promise<void> {
    const { proven = null, refuted = null, wanted = false } = verdict;
    await this.dataSource.query(SETTLE, [modelId, version, uri, proven, refuted, wanted]);
  }

  /** The artifacts whose bytes are to be read to settle a doubt. */
  async wanted({ modelId, version }: VersionKey): Promise<string[]> {
    const sql = 'SELECT uri FROM artifact_marks WHERE model_id = $1 AND version = $2 AND wanted ORDER BY uri';
    const rows: { uri: string }[] = await this.dataSource.query(sql, [modelId, version]);
    return rows.map(({ uri }) => uri);
  }
}
