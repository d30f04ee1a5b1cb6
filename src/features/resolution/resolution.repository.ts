import type { DataSource, EntityManager } from 'typeorm';
import type { AliasChangeView } from '../../contract/views.js';
import { prepared } from '../../platform/database/prepared.js';
import { recordSql } from './record-sql.js';
import { targetAliasSql } from './target-alias-sql.js';

/** One alias with the record it points at and the record of its rollback target, if it has one; both as JSON text. */
export interface ResolvedRow {
  modelId: number;
  model: string;
  alias: string;
  revision: number;
  live: string;
  warm: string | null;
}

/** What changed after a revision, and how the aliases concerned stand now, both of one moment. */
export interface Changes {
  /** The newest revision of that moment; the changes reach less far where there were more than asked for. */
  newest: number;
  changes: AliasChangeView[];
  rows: ResolvedRow[];
}

// Subqueries by whole key, not joins: the planner expects every model to be average, and where one has a million versions
// or a thousand aliases, a join would read them all to find one. `live` is null for an alias that points at nothing.
const ROWS = `
  SELECT m.id AS "modelId", m.name AS model, a.name AS alias, a.revision,
    (SELECT ${recordSql('v')}::text FROM versions v
      WHERE v.model_id = a.model_id AND v.version = a.version) AS live,
    (SELECT ${recordSql('w')}::text FROM versions w
      WHERE w.model_id = a.model_id AND w.version = (
        SELECT t.version FROM aliases t WHERE t.model_id = a.model_id
          AND t.name = ${targetAliasSql('a.name')})) AS warm
  FROM aliases a JOIN models m ON m.id = a.model_id`;
// In pages: each statement stays short, however many aliases there are.
const PAGE = 5000;
const ROWS_AFTER = `
  ${ROWS} WHERE a.version IS NOT NULL AND (a.model_id, a.name) > ($1, $2) ORDER BY a.model_id, a.name LIMIT ${PAGE}`;
const CHANGE_COLUMNS = `
  h.revision, m.name AS model, h.alias, h.action, h.from_version AS "from", h.to_version AS "to", h.about, h.reason, h.actor,
  h.at`;
const HISTORY = 'FROM alias_history h JOIN models m ON m.id = h.model_id WHERE h.revision > $1';
// One statement is one round trip and sees one moment. OFFSET 0 keeps the planner at one look-up for each changed alias,
// where its guess at their number would have it read every alias there is.
const changes = (condition: string): string => `
  WITH changes AS MATERIALIZED (
    SELECT ${CHANGE_COLUMNS} FROM alias_history h JOIN models m ON m.id = h.model_id WHERE ${condition})
  SELECT (SELECT value FROM registry_revision) AS newest,
    (SELECT coalesce(json_agg(c ORDER BY revision), '[]') FROM changes c) AS changes,
    (SELECT coalesce(json_agg(r), '[]') FROM (SELECT DISTINCT model, alias FROM changes) c
       CROSS JOIN LATERAL (${ROWS} WHERE m.name = c.model AND a.name = c.alias OFFSET 0) r
      WHERE live IS NOT NULL) AS rows`;
// The usual case, one move, takes one revision or two. Asked for by number, as revisions have no gaps: a plan that is made
// once and knows no numbers would else expect, and prepare for, a third of the history.
const AT_ONCE = 2;
const NEXT_CHANGES = prepared('next_changes', changes('h.revision IN ($1::bigint + 1, $1::bigint + 2)'));
const CHANGES_AFTER = changes('h.revision > $1 ORDER BY h.revision LIMIT $2');

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
    const [row]: [ResolvedRow?] = await this.dataSource.query(`${ROWS} WHERE m.name = $1 AND a.name = $2`, [
      model,
      alias,
    ]);
    return row?.live ? row : null;
  }

  async modelExists(model: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query('SELECT 1 FROM models WHERE name = $1', [model]);
    return rows.length > 0;
  }

  /** At most `limit` changes after `revision`, with the present state of the aliases that they concern. */
  async changesAfter(revision: number, limit: number): Promise<Changes> {
    const next = await this.changes(NEXT_CHANGES, [revision]);
    return next.newest <= revision + AT_ONCE ? next : this.changes(CHANGES_AFTER, [revision, limit]);
  }

  private async changes(statement: string, values: number[]): Promise<Changes> {
    const [found]: [Changes?] = await this.dataSource.query(statement, values);
    if (!found) throw new Error('PostgreSQL answered a SELECT without FROM with no row');
    return { ...found, changes: found.changes.map(shown) };
  }

  /** Changes after `revision` up to and including `upTo`, for a watcher that was away; at most `limit` of them. */
  async missed(
    revision: number,
    upTo: number,
    filter: { model?: string; alias?: string },
    limit: number,
  ): Promise<AliasChangeView[]> {
    // Only the conditions that are asked for: the planner uses the index by alias only where it sees an alias.
    const values: unknown[] = [revision, upTo, limit];
    const also = Object.entries({ 'm.name': filter.model, 'h.alias': filter.alias })
      .filter(([, value]) => value !== undefined)
      .map(([column, value]) => `AND ${column} = $${values.push(value)}`);
    const rows: Timed[] = await this.dataSource.query(
      `SELECT ${CHANGE_COLUMNS} ${HISTORY} AND h.revision <= $2 ${also.join(' ')} ORDER BY h.revision LIMIT $3`,
      values,
    );
    return rows.map(shown);
  }

  private snapshot<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

type Timed = Omit<AliasChangeView, 'at'> & { at: Date | string };

function shown(row: Timed): AliasChangeView {
  return { ...row, at: new Date(row.at).toISOString() };
}
