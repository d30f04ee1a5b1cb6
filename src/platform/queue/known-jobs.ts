import { Pool } from 'pg';
import { pgQueueConnection, QUEUE_SCHEMA } from './pg-connection.js';
import { ANSWER_MS } from './queue-options.js';

const KNOWN = `SELECT id FROM ${QUEUE_SCHEMA}.job WHERE queue = $1 AND id = ANY($2)`;

/**
 * Which jobs BullMQ's PostgreSQL backend holds, whatever has become of them. It keeps a job whose id it holds from being
 * added again, but takes its subject first: the subject then belongs to a job that has ended, and absorbs all that come
 * until that one is removed by age. So a row that is handed over again must be kept from it. On Redis the id comes first.
 */
export class KnownJobs {
  private readonly pool: Pool;

  constructor(databaseUrl: string) {
    const { connectionString, connectionTimeoutMillis, options } = pgQueueConnection(databaseUrl, 1);
    // One that hangs is given up with the question on it, or all later ones would wait behind that.
    const patience = { connectionTimeoutMillis, query_timeout: ANSWER_MS, keepAlive: true };
    this.pool = new Pool({ connectionString, options, max: 1, ...patience });
    // Of a connection that breaks while nobody asks; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Those of `ids` that the queue holds. */
  async among(queue: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.pool.query<{ id: string }>(KNOWN, [queue, ids]);
    return new Set(rows.map(({ id }) => id));
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
