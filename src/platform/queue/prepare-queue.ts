import { Client } from 'pg';
import { QUEUE_SCHEMA } from './pg-connection.js';

/**
 * Creates or upgrades BullMQ's own tables, in the schema `bullmq`. May run at any time and at once from several
 * processes. It is done with Redis too, so that a later change of backend needs no migration.
 * @throws pg's errors: unreachable, no right to create a schema, a server older than PostgreSQL 13
 */
export const prepareQueue = async (databaseUrl: string): Promise<void> => {
  const { runMigrations } = await import('bullmq');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
};
