import { queueContract } from './contract.js';
import { databaseAwayContract } from './database-away-contract.js';
import { failedContract } from './failed-contract.js';
import { laneContract } from './lane-contract.js';
import { relayContract } from './relay-contract.js';
import { runContract } from './run-contract.js';
import { workerContract } from './worker-contract.js';
import { query } from '../../support/pg-query.js';
import { onPostgres } from '../../support/queue-places.js';

queueContract('PostgreSQL', onPostgres);
workerContract('PostgreSQL', onPostgres);
relayContract('PostgreSQL', onPostgres);
laneContract('PostgreSQL', onPostgres);
runContract('PostgreSQL', onPostgres);
databaseAwayContract('PostgreSQL', onPostgres);
failedContract('PostgreSQL', onPostgres, async ({ databaseUrl }, ms) => {
  await query(databaseUrl, `UPDATE bullmq.job SET finished_at_ms = ${ms} WHERE state = 'failed'`);
  // As the server does by itself in time: from then on it sorts, and those of one millisecond come in another order each time.
  await query(databaseUrl, 'ANALYZE bullmq.job');
});
