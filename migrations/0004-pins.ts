import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // What is, or was lately, to be protected against deletion where it lies: a URI or an image, shared by all versions that
  // need it. An index cannot hold every URI, so what is unique is a hash. checked_at: null where a look is due at once.
  `CREATE TABLE pins (
     id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     subject    text        NOT NULL,
     hash       bytea       NOT NULL UNIQUE,
     state      text,
     evidence   jsonb,
     wanted_at  timestamptz NOT NULL DEFAULT now(),
     checked_at timestamptz
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX pins_due ON pins (checked_at NULLS FIRST)`,
  `CREATE INDEX pins_unreachable ON pins (checked_at) WHERE state = 'unreachable'`,

  // For which protected versions. A pin that is needed for none is released.
  `CREATE TABLE pin_needs (
     model_id integer NOT NULL,
     version  integer NOT NULL,
     pin_id   bigint  NOT NULL REFERENCES pins ON DELETE CASCADE,
     PRIMARY KEY (model_id, version, pin_id),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   )`,
  `CREATE INDEX pin_needs_by_pin ON pin_needs (pin_id)`,

  // The single things behind each: one object, in one of its versions, or one manifest. ours: we set the pin, so we may
  // take it away. set_at: null between the decision to set it and the store's answer.
  `CREATE TABLE pinned_objects (
     pin_id     bigint      NOT NULL REFERENCES pins ON DELETE CASCADE,
     place      text        NOT NULL,
     place_hash bytea       NOT NULL,
     version_id text        NOT NULL,
     how        text        NOT NULL,
     ours       boolean     NOT NULL,
     set_at     timestamptz,
     PRIMARY KEY (pin_id, place_hash, version_id)
   )`,
  `CREATE INDEX pinned_objects_by_place ON pinned_objects (place_hash, version_id)`,

  // One row. next_at: when the next sweep over all pins is due, retry_at: the next try of those whose store did not answer;
  // of many workers one asks for it. holder: who works on pins now, and until when that holds without a word of theirs.
  `CREATE TABLE pin_schedule (
     id      integer     PRIMARY KEY DEFAULT 1 CHECK (id = 1),
     next_at timestamptz NOT NULL,
     retry_at timestamptz NOT NULL,
     holder  uuid,
     held_until timestamptz
   )`,
  `INSERT INTO pin_schedule (next_at, retry_at) VALUES (now(), now())`,
];

const TABLES = ['pin_schedule', 'pinned_objects', 'pin_needs', 'pins'];

/** What is protected against deletion where it lies, for which versions, and by whom. */
export class Pins1700000000004 implements MigrationInterface {
  readonly name = 'Pins1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`DROP TABLE ${table}`);
  }
}
