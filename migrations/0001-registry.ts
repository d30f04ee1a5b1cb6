import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE models (
     id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     name        text        NOT NULL UNIQUE,
     description text        NOT NULL DEFAULT '',
     labels      jsonb       NOT NULL DEFAULT '{}',
     next_version integer    NOT NULL DEFAULT 1,
     created_at  timestamptz NOT NULL DEFAULT now(),
     created_by  text        NOT NULL
   )`,

  `CREATE TABLE versions (
     model_id   integer     NOT NULL REFERENCES models (id),
     version    integer     NOT NULL CHECK (version > 0),
     digest     text        NOT NULL,
     artifacts  jsonb       NOT NULL,
     image      text,
     env        jsonb       NOT NULL,
     serving    jsonb       NOT NULL,
     source     jsonb       NOT NULL,
     labels     jsonb       NOT NULL,
     metrics    jsonb       NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     created_by text        NOT NULL,
     PRIMARY KEY (model_id, version),
     UNIQUE (model_id, digest)
   )`,

  `CREATE INDEX versions_by_time ON versions (model_id, created_at)`,
  `CREATE INDEX versions_by_label ON versions USING gin (labels jsonb_path_ops)`,

  `CREATE TABLE idempotency_keys (
     model_id   integer     NOT NULL,
     key        text        NOT NULL,
     version    integer     NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (model_id, key),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   )`,

  // One row, updated by every move and locked until it commits: that lock is what makes revisions commit-ordered.
  `CREATE TABLE registry_revision (
     single boolean PRIMARY KEY DEFAULT true CHECK (single),
     value  bigint  NOT NULL
   ) WITH (fillfactor = 10)`,
  `INSERT INTO registry_revision (value) VALUES (0)`,

  // A deleted alias keeps its row with no version, so that a move always has a row to lock.
  `CREATE TABLE aliases (
     model_id   integer NOT NULL REFERENCES models (id),
     name       text    NOT NULL,
     version    integer,
     revision   bigint  NOT NULL DEFAULT 0,
     live_since timestamptz,
     soak_seconds integer NOT NULL,
     target_proven boolean,
     PRIMARY KEY (model_id, name),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 50)`,
  `CREATE INDEX aliases_by_version ON aliases (model_id, version) WHERE version IS NOT NULL`,

  `CREATE TABLE alias_history (
     revision     bigint      PRIMARY KEY,
     model_id     integer     NOT NULL REFERENCES models (id),
     alias        text        NOT NULL,
     action       text        NOT NULL,
     from_version integer,
     to_version   integer,
     about        jsonb,
     reason       text        NOT NULL CHECK (reason <> ''),
     actor        text        NOT NULL,
     at           timestamptz NOT NULL
   )`,
  `CREATE INDEX alias_history_by_alias ON alias_history (model_id, alias, revision DESC)`,
  `CREATE INDEX alias_history_by_time ON alias_history (model_id, alias, at DESC, revision DESC)`,
  // The young end of it, over all models: which versions served lately.
  `CREATE INDEX alias_history_lately ON alias_history (at)`,

  // What is known of a version under an alias once it stopped serving there.
  `CREATE TABLE alias_standings (
     model_id      integer NOT NULL,
     alias         text    NOT NULL,
     version       integer NOT NULL,
     left_revision bigint  NOT NULL,
     known_good_at timestamptz,
     rejected_at   timestamptz,
     PRIMARY KEY (model_id, alias, version),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   )`,
  // Each finds its candidate for the rollback target in one step, whatever the length of the history.
  `CREATE INDEX alias_standings_proven ON alias_standings (model_id, alias, left_revision DESC)
     WHERE rejected_at IS NULL AND known_good_at IS NOT NULL`,
  `CREATE INDEX alias_standings_served ON alias_standings (model_id, alias, left_revision DESC)
     WHERE rejected_at IS NULL`,
  `CREATE INDEX alias_standings_rejected ON alias_standings (model_id, alias, rejected_at DESC)
     WHERE rejected_at IS NOT NULL`,

  `CREATE TABLE rollbacks (
     revision          bigint      PRIMARY KEY REFERENCES alias_history (revision),
     model_id          integer     NOT NULL,
     alias             text        NOT NULL,
     from_version      integer     NOT NULL,
     to_version        integer     NOT NULL,
     proven            boolean     NOT NULL,
     reason            text        NOT NULL,
     actor             text        NOT NULL,
     requested_at      timestamptz NOT NULL,
     committed_at      timestamptz NOT NULL,
     first_switched_at timestamptz,
     all_switched_at   timestamptz,
     healthy_at        timestamptz
   )`,
  `CREATE INDEX rollbacks_by_alias ON rollbacks (model_id, alias, revision DESC)`,

  `CREATE TABLE serving_reports (
     model_id       integer     NOT NULL REFERENCES models (id),
     alias          text        NOT NULL,
     controller     text        NOT NULL,
     version        integer     NOT NULL,
     revision       bigint      NOT NULL,
     config_digest  text        NOT NULL,
     ready_replicas integer     NOT NULL,
     replicas       integer     NOT NULL,
     reported_at    timestamptz NOT NULL,
     PRIMARY KEY (model_id, alias, controller)
   )`,

  // The database itself keeps what must never change; no path through the API or a console gets around it.
  `CREATE FUNCTION lastgood_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION '% on % is refused: its rows are never changed or deleted', TG_OP, TG_TABLE_NAME
       USING ERRCODE = 'restrict_violation',
             HINT = 'Register a new version, or move an alias, instead.';
   END $$`,
  ...['versions', 'alias_history'].flatMap((table) => [
    `CREATE TRIGGER ${table}_rows_stay BEFORE UPDATE OR DELETE ON ${table}
       FOR EACH ROW EXECUTE FUNCTION lastgood_refuse_change()`,
    `CREATE TRIGGER ${table}_stays BEFORE TRUNCATE ON ${table}
       FOR EACH STATEMENT EXECUTE FUNCTION lastgood_refuse_change()`,
  ]),
];

const DOWN = [
  'serving_reports',
  'rollbacks',
  'alias_standings',
  'alias_history',
  'aliases',
  'registry_revision',
  'idempotency_keys',
  'versions',
  'models',
].map((table) => `DROP TABLE ${table}`);

/** Models, versions, aliases and their history, rollbacks and reports. */
export class Registry1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
    await queryRunner.query('DROP FUNCTION lastgood_refuse_change()');
  }
}
