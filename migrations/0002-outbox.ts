import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that were decided on in a transaction and are not yet in the queue. */
export class Outbox1700000000002 implements MigrationInterface {
  readonly name = 'Outbox1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    // Every row is soon deleted again: vacuum by a fixed number of dead rows, not by a share of a table that is
    // nearly always empty, or scans would wade through what is left of a burst.
    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL,
        data jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
        priority integer NOT NULL CHECK (priority BETWEEN 1 AND 2097152),
        subject text,
        created_at timestamptz NOT NULL DEFAULT now(),
        available_at timestamptz NOT NULL DEFAULT now()
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    `);
    await runner.query('CREATE INDEX outbox_due ON outbox (available_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
  }
}
