import type { DataSource, EntityManager } from 'typeorm';
import type { AliasChangeView, RecordView } from '../../contract/views.js';

/** One alias with the record it points at and the record of its rollback target, if it has one. */
export interface ResolvedRow {
  modelId: number;
  model: string;
  alias: string;
  revision: number;
  live: RecordView;
  warm: RecordView | null;
}

/** What changed after a revision, and how the aliases concerned stand now, both of one moment. */
export interface Changes {
  /** The newest revision of that moment. */
  revision: number;
  changes: AliasChangeView[];
  /** True when there were more changes than asked for: ask again from `revision`. */
  more: boolean;
  rows: ResolvedRow[];
}

const RECORD = (v: string) =>
  ['version', 'digest', 'artifacts', 'image', 'env', 'serving'].map((c) => `'${c}', ${v}.${c}`).join(', ');
const ROWS = `
  SELECT m.id AS "modelId", m.name AS model, a.name AS alias, a.revision, json_build_object(${RECORD('v')}) AS live,
         CASE WHEN w.version IS NOT NULL THEN json_build_object(${RECORD('w')}) END AS warm
  FROM aliases a
  JOIN models m ON m.id = a.model_id
  JOIN versions v ON v.model_id = a.model_id AND v.version = a.version
  LEFT JOIN aliases t ON t.model_id = a.model_id
    AND t.name = CASE a.name WHEN 'production' THEN '' ELSE a.name || '-' END || 'rollback-target'
  LEFT JOIN versions w ON w.model_id = t.model_id AND w.version = t.version`;
// In pages: each statement stays short, however many aliases there are.
const PAGE = 5000;
const ROWS_AFTER = `${ROWS} WHERE (a.model_id, a.name) > ($1, $2) ORDER BY a.model_id, a.name LIMIT ${PAGE}`;
const CHANGES = `
  SELECT h.revision, m.name AS model, h.alias, h.action, h.from_version AS "from", h.to_version AS "to", h.reason, h.actor,
         h.at
  FROM alias_history h JOIN models m ON m.id = h.model_id
  WHERE h.revision > $1`;

/** Reads what resolving and watching need. */
export class ResolutionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest revision, which also proves that the database answers. */
  revision(manager: EntityManager = this.dataSource.manager): Promise<number> {
    return manager
      .query('SELECT value FROM registry_revision')
      .then((rows: { value: number }[]) => rows[0]?.value ?? 0);
  }

  /** Every alias that points at something, and the revision that this is the state of. */
  async loadAll(): Promise<{ revision: number; rows: ResolvedRow[] }> {
    return this.snapshot(async (manager) => {
      const revision = await this.revision(manager);
      const rows: ResolvedRow[] = [];
      for (let found = PAGE; found === PAGE;) {
        const last = rows.at(-1);
        const page: ResolvedRow[] = await manager.query(ROWS_AFTER, [last?.modelId ?? 0, last?.alias ?? '']);
        rows.push(...page);
        found = page.length;
      }
      return { revision, rows };
    });
  }

  /** One alias as the database has it now, or null. */
  async load(model: string, alias: string): Promise<ResolvedRow | null> {
    const rows: ResolvedRow[] = await this.dataSource.query(`${ROWS} WHERE m.name = $1 AND a.name = $2`, [
      model,
      alias,
    ]);
    return rows[0] ?? null;
  }

  async modelExists(model: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query('SELECT 1 FROM models WHERE name = $1', [model]);
    return rows.length > 0;
  }

  /** At most `limit` changes after `revision`, with the present state of the aliases that they concern. */
  async changesAfter(revision: number, limit: number): Promise<Changes> {
    return this.snapshot(async (manager) => {
      const found = await this.readChanges(manager, revision, limit + 1);
      const changes = found.slice(0, limit);
      if (changes.length === 0) return { revision, changes, more: false, rows: [] };
      const rows: ResolvedRow[] = await manager.query(
        `${ROWS} WHERE (m.name, a.name) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
        [changes.map((c) => c.model), changes.map((c) => c.alias)],
      );
      const newest = changes.at(-1)?.revision ?? revision;
      return { revision: newest, changes, more: found.length > limit, rows };
    });
  }

  /** Changes after `revision` up to and including `upTo`, for a watcher that was away; at most `limit` of them. */
  async missed(
    revision: number,
    upTo: number,
    filter: { model?: string; alias?: string },
    limit: number,
  ): Promise<AliasChangeView[]> {
    const rows: (Omit<AliasChangeView, 'at'> & { at: Date })[] = await this.dataSource.query(
      `${CHANGES} AND h.revision <= $2 AND ($3::text IS NULL OR m.name = $3) AND ($4::text IS NULL OR h.alias = $4)
       ORDER BY h.revision LIMIT $5`,
      [revision, upTo, filter.model ?? null, filter.alias ?? null, limit],
    );
    return rows.map(shown);
  }

  private async readChanges(manager: EntityManager, revision: number, limit: number): Promise<AliasChangeView[]> {
    const rows: (Omit<AliasChangeView, 'at'> & { at: Date })[] = await manager.query(
      `${CHANGES} ORDER BY h.revision LIMIT $2`,
      [revision, limit],
    );
    return rows.map(shown);
  }

  private snapshot<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

function shown(row: Omit<AliasChangeView, 'at'> & { at: Date }): AliasChangeView {
  return { ...row, at: row.at.toISOString() };
}
