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
  // Every filter of the history is a few steps down one of these, whatever its length: each kind and state by itself.
  `CREATE INDEX checks_by_kind ON checks (model_id, version, kind, state, id DESC)`,
  `CREATE INDEX checks_by_subject ON checks (model_id, version, kind, subject, state, id DESC)`,

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

  // When a version is to be looked at next, or read. One round of it may take several jobs: turn says which round it is
  // and position how many of the version's subjects are done, so that a job whose round another one began anew notices.
  // picked_at: a job for it was asked for and the round is not completed. urgency: the version's role when last seen.
  `CREATE TABLE check_rounds (
     model_id     integer     NOT NULL,
     version      integer     NOT NULL,
     depth        text        NOT NULL,
     urgency      smallint    NOT NULL,
     due_at       timestamptz NOT NULL,
     picked_at    timestamptz,
     turn         integer     NOT NULL DEFAULT 0,
     position     integer     NOT NULL DEFAULT 0,
     completed_at timestamptz,
     PRIMARY KEY (model_id, version, depth),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 70)`,
  // Versions from before there were rounds: strewn over a week and a month, those that served lately over an hour and a
  // week. Those that an alias points at are put forward by the schedule itself, within a minute.
  `INSERT INTO check_rounds (model_id, version, depth, urgency, due_at)
     SELECT model_id, version, depth, urgency, now() + random() * most
     FROM (
       SELECT model_id, version, CASE WHEN EXISTS (
         SELECT FROM alias_history h
         WHERE h.model_id = v.model_id AND h.from_version = v.version AND h.at > now() - interval '14 days'
       ) THEN 3 ELSE 4 END AS urgency FROM versions v
     ) placed
     JOIN (VALUES (3, 'look', interval '1 hour'), (3, 'deep', interval '7 days'),
                  (4, 'look', interval '7 days'), (4, 'deep', interval '30 days')) AS rounds (urgency, depth, most)
       USING (urgency)`,
  `CREATE INDEX check_rounds_due ON check_rounds (depth, urgency, due_at)`,
  `CREATE INDEX check_rounds_picked ON check_rounds (depth, urgency, due_at) WHERE picked_at IS NOT NULL`,

  // What an artifact looked like when it was the recorded one, where its store has a mark that changes with each writing:
  // a look that sees another mark sees an overwritten object, whatever its size. refuted: a mark whose bytes were read
  // and are others. wanted: a look has doubts that only reading the bytes can settle.
  `CREATE TABLE artifact_marks (
     model_id   integer     NOT NULL,
     version    integer     NOT NULL,
     uri        text        NOT NULL,
     mark       text,
     learned_at timestamptz,
     refuted    text,
     wanted     boolean     NOT NULL DEFAULT false,
     PRIMARY KEY (model_id, version, uri),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX artifact_marks_wanted ON artifact_marks (model_id, version) WHERE wanted`,

  // How far the reading of an artifact's bytes has come: for each file of it the state of the hash after so many bytes,
  // or the digest once it is done.
  `CREATE TABLE reading_progress (
     model_id   integer     NOT NULL,
     version    integer     NOT NULL,
     uri        text        NOT NULL,
     file       text        NOT NULL,
     mark       text,
     bytes      bigint      NOT NULL,
     read_ms    bigint      NOT NULL,
     hash       bytea,
     digest     text,
     updated_at timestamptz NOT NULL DEFAULT now(),
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
