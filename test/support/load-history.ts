import { Client } from 'pg';

/**
 * Moves an alias to and fro in one transaction, as often as asked: what an hour away from a busy registry leaves behind.
 * The last move is to `version`. Less than no move takes revisions back, as a restored backup does. Returns the newest revision.
 */
export async function moveBySql(
  databaseUrl: string,
  place: { model: string; alias: string; version: number },
  times: number,
): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ value: string }>(
      'UPDATE registry_revision SET value = value + $1 RETURNING value',
      [times],
    );
    const newest = Number(rows[0]?.value);
    await client.query(
      `INSERT INTO alias_history (revision, model_id, alias, action, from_version, to_version, reason, actor, at)
       SELECT $1::bigint - $2::int + n, id, $4, 'promote', $5, $5, 'load', 'sql', clock_timestamp()
         FROM models, generate_series(1, $2::int) n WHERE name = $3`,
      [newest, times, place.model, place.alias, place.version],
    );
    await client.query(
      `INSERT INTO aliases (model_id, name, version, revision, live_since, soak_seconds)
       SELECT id, $2, $3, $4, now(), 0 FROM models WHERE name = $1
       ON CONFLICT (model_id, name) DO UPDATE SET version = excluded.version, revision = excluded.revision`,
      [place.model, place.alias, place.version, newest],
    );
    await client.query(`SELECT pg_notify('lastgood_alias', $1)`, [`${newest}`]);
    await client.query('COMMIT');
    return newest;
  } finally {
    await client.end();
  }
}

/** Every revision that an alias of a model took after `after`, as the history has them. */
export async function revisionsAfter(
  databaseUrl: string,
  after: number,
  filter: { model?: string; alias?: string } = {},
): Promise<number[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ revision: string }>(
      `SELECT revision FROM alias_history h JOIN models m ON m.id = h.model_id
        WHERE revision > $1 AND coalesce($2, m.name) = m.name AND coalesce($3, h.alias) = h.alias ORDER BY revision`,
      [after, filter.model ?? null, filter.alias ?? null],
    );
    return rows.map(({ revision }) => Number(revision));
  } finally {
    await client.end();
  }
}

/** Ends the connections on which replicas listen. Returns how many there were. */
export async function killListeners(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'lastgood-listen'`,
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
