// @ts-check

/** The model of this benchmark, and the alias that is moved. */
export const MODEL = 'voice-activity';
export const ALIAS = 'production';

/**
 * Fills a new database with a model that has `count` versions, each of which once served under the alias: as many
 * standings, as many lines of history. The last one is live, and so is known to be good; every tenth was rejected.
 * The rows are those that registering and promoting would have written; their foreign keys are not checked one by one,
 * which makes a million of each a matter of half a minute.
 * @param {import('pg').Client} client as a superuser
 * @param {number} count
 * @param {string} [model]
 */
export async function fill(client, count, model = MODEL) {
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica');
  await client.query('SET LOCAL synchronous_commit = off');
  const { rows } = await client.query(
    'INSERT INTO models (name, next_version, created_by) VALUES ($1, $2, $3) RETURNING id',
    [model, count + 1, 'bench'],
  );
  const id = rows[0].id;
  for (const statement of [VERSIONS, HISTORY, STANDINGS, ALIASES]) await client.query(statement(id, count));
  await client.query('UPDATE registry_revision SET value = $1', [count]);
  await client.query('COMMIT');
  for (const table of ['models', 'versions', 'aliases', 'alias_history', 'alias_standings']) {
    await client.query(`VACUUM ANALYZE ${table}`);
  }
  await client.query('CHECKPOINT');
}

const DIGEST = (/** @type {string} */ of) => `'sha256:' || encode(sha256((${of})::text::bytea), 'hex')`;

/** @param {number} id @param {number} count */
const VERSIONS = (id, count) => `
  INSERT INTO versions (model_id, version, digest, artifacts, image, env, serving, source, labels, metrics, created_by)
  SELECT ${id}, n, ${DIGEST('n')}, json_build_array(json_build_object('path', 'model.onnx', 'uri',
           's3://models/voice-activity/' || n || '/model.onnx', 'digest', ${DIGEST('-n')}, 'size', 2327524)),
         NULL, '{"ORT_THREADS":"2"}', '{"runtime":"onnxruntime"}', '{}', '{}', '{}', 'bench'
  FROM generate_series(1, ${count}) n`;

/** @param {number} id @param {number} count */
const HISTORY = (id, count) => `
  INSERT INTO alias_history (revision, model_id, alias, action, from_version, to_version, reason, actor, at)
  SELECT n, ${id}, '${ALIAS}', 'promote', nullif(n - 1, 0), n, 'measuring', 'bench',
         now() - (${count} - n + 1) * interval '1 hour'
  FROM generate_series(1, ${count}) n`;

/** @param {number} id @param {number} count */
const STANDINGS = (id, count) => `
  INSERT INTO alias_standings (model_id, alias, version, left_revision, known_good_at, rejected_at)
  SELECT ${id}, '${ALIAS}', n, n + 1, CASE WHEN n % 10 > 0 THEN now() - interval '1 day' END,
         CASE WHEN n % 10 = 0 THEN now() - interval '1 day' END
  FROM generate_series(1, ${count} - 1) n`;

/** @param {number} id @param {number} count */
const ALIASES = (id, count) => `
  INSERT INTO aliases (model_id, name, version, revision, live_since, soak_seconds, target_proven) VALUES
    (${id}, '${ALIAS}', ${count}, ${count}, now() - interval '1 hour', 1800, NULL),
    (${id}, 'rollback-target', ${count} - 1, ${count}, now() - interval '1 hour', 0, true)`;
