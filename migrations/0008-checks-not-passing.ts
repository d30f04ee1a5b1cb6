import type { MigrationInterface, QueryRunner } from 'typeorm';

// Almost all that is looked at is there: what is not is found without reading what is.
const UP = [`CREATE INDEX newest_checks_not_present ON newest_checks (model_id, version) WHERE state <> 'present'`];

const DOWN = ['DROP INDEX newest_checks_not_present'];

/** Finds the newest checks that did not see what was recorded. */
export class ChecksNotPassing1700000000008 implements MigrationInterface {
  readonly name = 'ChecksNotPassing1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
