import type { MigrationInterface, QueryRunner } from 'typeorm';

// wanted_turn: the newest round that somebody asked for; above turn, it has not begun yet. completed_turn: the newest that
// came to its end. held_by: which prompt job began the look that is under way; null where the schedule did.
const UP = [
  `ALTER TABLE check_rounds
     ADD COLUMN wanted_turn    integer NOT NULL DEFAULT 0,
     ADD COLUMN completed_turn integer NOT NULL DEFAULT 0,
     ADD COLUMN held_by        text`,
];

const DOWN = [`ALTER TABLE check_rounds DROP COLUMN wanted_turn, DROP COLUMN completed_turn, DROP COLUMN held_by`];

/** Remembers that a round of checks is wanted once the one under way has ended. */
export class AskedRounds1700000000009 implements MigrationInterface {
  readonly name = 'AskedRounds1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
