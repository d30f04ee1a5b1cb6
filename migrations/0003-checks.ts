import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // Every observation there was. What is asked most, the newest of each subject, has a table of its own.
  `CREATE TABLE checks (
     id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     model_id    integer     NOT NULL,
     version     integer     NOT NULL,
     kind        text        NOT NULL,
     subject     text        NOT NULL,
     state       text        NOT NULL,
     evidence    jsonb       NOT NULL,
     duration_ms integer     NOT NULL,
     observed_at timestamptz NOT NULL,
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   )`,
  `CREATE INDEX checks_by_subject ON checks (model_id, version, kind, subject, id DESC)`,
  `CREATE INDEX checks_by_version ON checks (model_id, version, id DESC)`,
  `CREATE INDEX checks_by_time ON checks (observed_at)`,

  // since: when the subject was first seen in the state it is still in.
  `CREATE TABLE newest_checks (
     model_id    integer     NOT NULL,
     version     integer     NOT NULL,
     kind        text        NOT NULL,
     subject     text        NOT NULL,
     state       text        NOT NULL,
     evidence    jsonb       NOT NULL,
     duration_ms integer     NOT NULL,
     observed_at timestamptz NOT NULL,
     since       timestamptz NOT NULL,
     PRIMARY KEY (model_id, version, kind, subject),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 70)`,

  // When a version is to be looked at next, and how deep. Its role under the aliases says how often.
  `CREATE TABLE check_rounds (
     model_id     integer     NOT NULL,
     version      integer     NOT NULL,
     depth        text        NOT NULL,
     due_at       timestamptz NOT NULL,
     completed_at timestamptz,
     PRIMARY KEY (model_id, version, depth),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX check_rounds_due ON check_rounds (due_at)`,

  // What the first look after registration saw of an artifact where the store tells one writing from the next: a later
  // look that sees another version id or tag sees an overwritten object, whatever its size.
  `CREATE TABLE artifact_marks (
     model_id   integer     NOT NULL,
     version    integer     NOT NULL,
     uri        text        NOT NULL,
     version_id text,
     etag       text,
     learned_at timestamptz NOT NULL,
     PRIMARY KEY (model_id, version, uri),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   )`,

  // How far the reading of an artifact's bytes has come, with the state of the hash there.
  `CREATE TABLE reading_progress (
     model_id   integer     NOT NULL,
     version    integer     NOT NULL,
     uri        text        NOT NULL,
     file       text        NOT NULL,
     bytes      bigint      NOT NULL,
     hash       bytea       NOT NULL,
     mark       text,
     began_at   timestamptz NOT NULL,
     updated_at timestamptz NOT NULL,
     PRIMARY KEY (model_id, version, uri, file),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 50)`,
];

const TABLES = ['reading_progress', 'artifact_marks', 'check_rounds', 'newest_checks', 'checks'];

/** Observations of what versions need, when each is due, and what they are compared with. */
export class Checks1700000000003 implements MigrationInterface {
  readonly name = 'Checks1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`DROP TABLE ${table}`);
  }
}
