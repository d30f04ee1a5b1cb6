import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // agent: whose word the row is; another one may take the name once this one's lease ran out. silent_since: the planner
  // has noticed that it did. resided_at: when the agent last said what it holds.
  `CREATE TABLE nodes (
     name              text        PRIMARY KEY,
     agent             text        NOT NULL,
     agent_version     text        NOT NULL,
     labels            jsonb       NOT NULL,
     gpus              jsonb       NOT NULL,
     disk              jsonb       NOT NULL,
     registered_at     timestamptz NOT NULL,
     reported_at       timestamptz NOT NULL,
     resided_at        timestamptz,
     followed_revision bigint,
     silent_since      timestamptz
   ) WITH (fillfactor = 70)`,

  // state: the worse of the two parts, which are as the agent said them. since: when the state was first this one.
  `CREATE TABLE node_residency (
     node     text        NOT NULL REFERENCES nodes (name) ON DELETE CASCADE,
     model_id integer     NOT NULL,
     version  integer     NOT NULL,
     state    text        NOT NULL,
     weights  jsonb       NOT NULL,
     image    jsonb,
     since    timestamptz NOT NULL,
     PRIMARY KEY (node, model_id, version),
     FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX node_residency_by_version ON node_residency (model_id, version)`,

  // What must lie on each node, as last planned. One number for all nodes, so that a node that was deleted and comes
  // back never sees a revision again. seen: the state last recorded as a check, by version.
  `CREATE SEQUENCE node_plan_revision`,
  `CREATE TABLE node_plans (
     node     text   PRIMARY KEY REFERENCES nodes (name) ON DELETE CASCADE,
     revision bigint NOT NULL,
     items    jsonb  NOT NULL,
     seen     jsonb  NOT NULL
   ) WITH (fillfactor = 70)`,

  // When a plan was last asked for by the clock: whichever worker moves it on is the one that asks.
  `CREATE TABLE node_planning (asked_at timestamptz NOT NULL)`,
  `INSERT INTO node_planning VALUES (now())`,
];

const DOWN = [
  'DROP TABLE node_planning',
  'DROP TABLE node_plans',
  'DROP SEQUENCE node_plan_revision',
  'DROP TABLE node_residency',
  'DROP TABLE nodes',
];

/** The machines that serve, what they hold, and what they must hold. */
export class Nodes1700000000005 implements MigrationInterface {
  readonly name = 'Nodes1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
