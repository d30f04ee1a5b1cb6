import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.js';
import { migrateToLatest, pendingMigrations, undoLastMigration } from '../../src/platform/database/migrate.js';

const NAMES = MIGRATIONS.map(({ name }) => name);

describe('the migrations', () => {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  const at = (database: string) => Object.assign(new URL(inject('postgresUrl')), { pathname: `/${database}` }).href;
  const url = at(name);
  const on = async <Row>(database: string, sql: string): Promise<Row[]> => {
    const client = new Client({ connectionString: database });
    await client.connect();
    try {
      const { rows } = await client.query(sql);
      return rows as Row[];
    } finally {
      await client.end();
    }
  };

  /** Everything that is in the database: tables with their columns, indexes, constraints, triggers, functions, sequences. */
  const schema = async () => {
    const rows = await on<{ line: string }>(
      url,
      `SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
         FROM information_schema.columns WHERE table_schema = 'public'
       UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
       UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
       UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       UNION ALL SELECT 'sequence ' || relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
       UNION ALL SELECT 'view ' || relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
       ORDER BY 1`,
    );
    return rows.map(({ line }) => line).filter((line) => !line.includes('lastgood_migrations'));
  };
  const undoAll = async () => {
    const undone: string[] = [];
    for (let last = await undoLastMigration(url); last !== null; last = await undoLastMigration(url)) undone.push(last);
    return undone;
  };

  beforeAll(async () => {
    await on(inject('postgresUrl'), `CREATE DATABASE ${name}`);
  });
  afterAll(async () => {
    await on(inject('postgresUrl'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });

  it('are named as missing on an empty database, which asking leaves empty', async () => {
    expect(await pendingMigrations(url)).toEqual(NAMES);
    expect(await on(url, `SELECT FROM information_schema.tables WHERE table_schema = 'public'`)).toEqual([]);
  });

  it('have nothing to take back there', async () => {
    expect(await undoLastMigration(url)).toBeNull();
  });

  it('go up in their order, once', async () => {
    expect(await migrateToLatest(url)).toEqual(NAMES);
    expect(await pendingMigrations(url)).toEqual([]);
    expect(await migrateToLatest(url)).toEqual([]);
  });

  it('go down to nothing, each taking back all that it made, and up again to the same', async () => {
    const before = await schema();
    expect(before.length).toBeGreaterThan(50);
    expect(await undoAll()).toEqual(NAMES.toReversed());
    expect(await schema()).toEqual([]);
    expect(await pendingMigrations(url)).toEqual(NAMES);
    expect(await migrateToLatest(url)).toEqual(NAMES);
    expect(await schema()).toEqual(before);
  });

  it('say which one is missing where only the newest was taken back', async () => {
    const newest = await undoLastMigration(url);
    expect(newest).toBe(NAMES.at(-1));
    expect(await pendingMigrations(url)).toEqual([newest]);
    expect(await migrateToLatest(url)).toEqual([newest]);
  });

  it('go down with data in every table as well', async () => {
    await on(url, `INSERT INTO models (name, created_by) VALUES ('fraud', 'ana')`);
    await on(
      url,
      `INSERT INTO versions (model_id, version, digest, artifacts, env, serving, source, labels, metrics, created_by)
       SELECT id, 1, 'd', '[]', '{}', '{}', '{}', '{}', '{}', 'ana' FROM models`,
    );
    await on(
      url,
      `INSERT INTO alias_history (revision, model_id, alias, action, to_version, reason, actor, at)
       SELECT 1, id, 'production', 'promote', 1, 'why', 'ana', now() FROM models`,
    );
    await undoAll();
    expect(await schema()).toEqual([]);
  });

  it('are run once when many processes start at the same moment', async () => {
    await undoAll();
    const ran = await Promise.all(Array.from({ length: 6 }, () => migrateToLatest(url)));
    expect(ran.flat().toSorted()).toEqual(NAMES.toSorted());
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it('leave nothing half done: one that fails leaves the schema as it was, and says so', async () => {
    await undoAll();
    await on(url, 'CREATE TABLE alias_history (mine text)');
    const before = await schema();
    await expect(migrateToLatest(url)).rejects.toThrow(/alias_history/);
    expect(await schema()).toEqual(before);
    await on(url, 'DROP TABLE alias_history');
    expect(await migrateToLatest(url)).toEqual(NAMES);
  });

  it('cannot be asked of a database that is not there', async () => {
    await expect(pendingMigrations(at('no_such_database'))).rejects.toThrow(/no_such_database/);
  });
});
