import { queueContract } from './contract.js';
import { laneContract } from './lane-contract.js';
import { relayContract } from './relay-contract.js';
import { workerContract } from './worker-contract.js';
import { onRedis } from '../../support/queue-places.js';

queueContract('Redis', onRedis());
workerContract('Redis', onRedis());
relayContract('Redis', onRedis());
laneContract('Redis', onRedis());
