import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // When each version that is needed was last looked at or read as a whole, the longest ago first, never before all.
  `CREATE INDEX check_rounds_completed ON check_rounds (depth, urgency, (coalesce(completed_at, '-infinity')))
     WHERE urgency <= 2`,
  // Each kind and state by itself: many of one never stand in the way of counting another.
  `DROP INDEX newest_checks_not_present`,
  `CREATE INDEX newest_checks_not_present ON newest_checks (kind, state, model_id, version) WHERE state <> 'present'`,
];

const DOWN = [
  'DROP INDEX newest_checks_not_present',
  `CREATE INDEX newest_checks_not_present ON newest_checks (model_id, version) WHERE state <> 'present'`,
  'DROP INDEX check_rounds_completed',
];

/** Finds what was not looked at for long, and counts what is not present by kind and state. */
export class ChecksNotMade1700000000011 implements MigrationInterface {
  readonly name = 'ChecksNotMade1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
