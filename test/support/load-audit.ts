import { Client } from 'pg';

// Each finds rows that could only be there if some move had been done by half.
const HALF_DONE: Record<string, string> = {
  'the counter is not the newest revision of the history': `
    SELECT value FROM registry_revision WHERE value <> (SELECT coalesce(max(revision), 0) FROM alias_history)`,
  'a revision is missing from the history': `
    SELECT n FROM generate_series(1, (SELECT max(revision) FROM alias_history)) n
     WHERE n NOT IN (SELECT revision FROM alias_history)`,
  'an alias is not where its newest line of history says': `
    SELECT a.name FROM aliases a
      LEFT JOIN LATERAL (SELECT * FROM alias_history h WHERE h.model_id = a.model_id AND h.alias = a.name
                          ORDER BY revision DESC LIMIT 1) h ON true
     WHERE a.revision IS DISTINCT FROM h.revision OR a.version IS DISTINCT FROM h.to_version`,
  'a history has a line that does not begin where the one before it ended': `
    SELECT * FROM (SELECT alias, revision, from_version,
                          lag(to_version) OVER (PARTITION BY model_id, alias ORDER BY revision) AS before
                     FROM alias_history) h WHERE from_version IS DISTINCT FROM before`,
  'a rollback has no record, or a record no rollback': `
    SELECT coalesce(h.revision, r.revision) FROM (SELECT * FROM alias_history WHERE action = 'rollback') h
      FULL JOIN rollbacks r ON r.revision = h.revision AND r.from_version = h.from_version AND r.to_version = h.to_version
     WHERE h.revision IS NULL OR r.revision IS NULL`,
  'a version that was rolled back last is not rejected': `
    SELECT r.* FROM rollbacks r JOIN aliases a ON a.model_id = r.model_id AND a.name = r.alias AND a.revision = r.revision
     WHERE NOT EXISTS (SELECT FROM alias_standings s WHERE s.model_id = r.model_id AND s.alias = r.alias
                        AND s.version = r.from_version AND s.rejected_at IS NOT NULL)`,
  'a rollback target is the live version': `
    SELECT t.name FROM aliases a JOIN aliases t ON t.model_id = a.model_id AND t.version = a.version
       AND t.name = CASE a.name WHEN 'production' THEN '' ELSE a.name || '-' END || 'rollback-target'`,
};

/** What the database holds that no whole move could have left there; nothing where all is well. */
export async function halfDone(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found: string[] = [];
    for (const [finding, sql] of Object.entries(HALF_DONE)) {
      const { rows } = await client.query(sql);
      if (rows.length > 0) found.push(`${finding}: ${JSON.stringify(rows.slice(0, 3))}`);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The lines of history by revision: where each moved its alias. */
export async function historyOf(databaseUrl: string): Promise<Map<number, { alias: string; to: number | null }>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ revision: string; alias: string; to_version: number | null }>(
      'SELECT revision, alias, to_version FROM alias_history',
    );
    return new Map(rows.map(({ revision, alias, to_version: to }) => [Number(revision), { alias, to }]));
  } finally {
    await client.end();
  }
}
