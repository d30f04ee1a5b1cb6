import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // slots: the node's turns to fetch, held until nothing can come of them any more. setbacks: versions that came to
  // nothing in a turn, and when each gets another. Both are what one plan leaves to the next.
  `ALTER TABLE node_plans
     ADD COLUMN slots    jsonb NOT NULL DEFAULT '[]',
     ADD COLUMN setbacks jsonb NOT NULL DEFAULT '[]'`,
];

const DOWN = ['ALTER TABLE node_plans DROP COLUMN setbacks, DROP COLUMN slots'];

/** Turns that outlive the plan that granted them. */
export class Turns1700000000006 implements MigrationInterface {
  readonly name = 'Turns1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
