import { queueContract } from './contract.js';
import { laneContract } from './lane-contract.js';
import { relayContract } from './relay-contract.js';
import { workerContract } from './worker-contract.js';
import { onPostgres } from '../../support/queue-places.js';

queueContract('PostgreSQL', onPostgres);
workerContract('PostgreSQL', onPostgres);
relayContract('PostgreSQL', onPostgres);
laneContract('PostgreSQL', onPostgres);
