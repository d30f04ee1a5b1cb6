/** The schema of BullMQ's own tables, apart from ours. */
export const QUEUE_SCHEMA = 'bullmq';

/** The connection options of BullMQ's PostgreSQL backend. */
export interface PgQueueConnection {
  [key: string]: unknown;
  connectionString: string;
  schema: string;
  max: number;
  connectionTimeoutMillis: number;
  options?: string;
}

/**
 * Connection options for BullMQ's PostgreSQL backend.
 *
 * BullMQ selects its schema by adding to `options`, but `options` inside the URL would win over it and its statements
 * would miss their tables; so they are taken out of the URL and handed over beside it.
 * @param max how many connections the pool may open
 */
export const pgQueueConnection = (databaseUrl: string, max: number): PgQueueConnection => {
  const connection = { connectionString: databaseUrl, schema: QUEUE_SCHEMA, max, connectionTimeoutMillis: 5000 };
  if (!URL.canParse(databaseUrl)) return connection;
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  if (options === null) return connection;
  url.searchParams.delete('options');
  return { ...connection, connectionString: url.href, options };
};
