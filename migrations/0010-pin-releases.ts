import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often the release of a pin was begun, so that whoever was setting it before knows that it has to begin anew. */
export class PinReleases1700000000010 implements MigrationInterface {
  readonly name = 'PinReleases1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pins ADD COLUMN releases integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pins DROP COLUMN releases');
  }
}
