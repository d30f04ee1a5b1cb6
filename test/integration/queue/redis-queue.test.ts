import { queueContract } from './contract.js';
import { Redis } from 'ioredis';
import { databaseAwayContract } from './database-away-contract.js';
import { failedContract } from './failed-contract.js';
import { laneContract } from './lane-contract.js';
import { relayContract } from './relay-contract.js';
import { runContract } from './run-contract.js';
import { workerContract } from './worker-contract.js';
import { QUEUE_NAMES } from '../../../src/platform/queue/bull-producer.js';
import { onRedis } from '../../support/queue-places.js';

queueContract('Redis', onRedis());
workerContract('Redis', onRedis());
relayContract('Redis', onRedis());
laneContract('Redis', onRedis());
runContract('Redis', onRedis());
databaseAwayContract('Redis', onRedis());
failedContract('Redis', onRedis(), async ({ redisUrl = '', redisPrefix }, ms) => {
  const redis = new Redis(redisUrl);
  for (const name of Object.values(QUEUE_NAMES)) {
    const queue = `${redisPrefix}:${name}`;
    for (const id of await redis.zrange(`${queue}:failed`, 0, -1)) {
      await redis.zadd(`${queue}:failed`, ms, id);
      await redis.hset(`${queue}:${id}`, 'finishedOn', ms);
    }
  }
  redis.disconnect();
});
