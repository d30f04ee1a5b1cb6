import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who comes next with the pins, so that whoever works on them for long lets others in between. */
export class PinTurns1700000000007 implements MigrationInterface {
  readonly name = 'PinTurns1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    // next_holder: who waits, and until when that holds without a word of theirs.
    await runner.query('ALTER TABLE pin_schedule ADD COLUMN next_holder uuid, ADD COLUMN next_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pin_schedule DROP COLUMN next_holder, DROP COLUMN next_until');
  }
}
