import { queueContract } from './contract.js';
import { relayContract } from './relay-contract.js';
import { workerContract } from './worker-contract.js';
import { onPostgres } from '../../support/queue-places.js';

queueContract('PostgreSQL', onPostgres);
workerContract('PostgreSQL', onPostgres);
relayContract('PostgreSQL', onPostgres);
