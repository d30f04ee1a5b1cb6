// @ts-check

/**
 * Fills a new database with `count` models of one version each, and `production` pointing at it.
 * @param {import('pg').Client} client as a superuser
 * @param {number} count
 */
export async function fill(client, count) {
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica');
  await client.query(`INSERT INTO models (name, next_version, created_by)
    SELECT 'model-' || n, 2, 'bench' FROM generate_series(1, ${count}) n`);
  await client.query(`INSERT INTO versions
      (model_id, version, digest, artifacts, image, env, serving, source, labels, metrics, created_by)
    SELECT id, 1, 'sha256:' || encode(sha256(name::bytea), 'hex'),
      json_build_array(json_build_object('path', 'model.onnx', 'uri', 's3://models/' || name || '/model.onnx',
        'digest', 'sha256:' || encode(sha256(('-' || name)::bytea), 'hex'), 'size', 2327524)),
      NULL, '{}', '{"runtime":"onnxruntime"}', '{}', '{}', '{}', 'bench' FROM models`);
  await client.query(`INSERT INTO alias_history (revision, model_id, alias, action, to_version, reason, actor, at)
    SELECT id, id, 'production', 'promote', 1, 'measuring', 'bench', now() FROM models`);
  await client.query(`INSERT INTO aliases (model_id, name, version, revision, live_since, soak_seconds)
    SELECT id, 'production', 1, id, now(), 1800 FROM models`);
  await client.query('UPDATE registry_revision SET value = (SELECT max(id) FROM models)');
  await client.query('COMMIT');
  for (const table of ['models', 'versions', 'aliases', 'alias_history']) await client.query(`VACUUM ANALYZE ${table}`);
  await client.query('CHECKPOINT');
}
