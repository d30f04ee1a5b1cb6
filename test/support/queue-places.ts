import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { QueueOptions } from '../../src/platform/queue/queue-options.js';
import { createTestDatabase } from './database.js';
import { note } from './queue-note.js';

/** Finds a queue a place of its own: a fresh database and, on Redis, keys that nobody else uses. */
export type QueuePlace = () => Promise<{ options: QueueOptions; leave: () => Promise<void> }>;

export const onPostgres: QueuePlace = async () => {
  const database = await createTestDatabase();
  return { options: { databaseUrl: database.url, jobs: [note] }, leave: () => database.drop() };
};

/** @param redisUrl the Redis that the tests share, unless a test brings its own */
export const onRedis =
  (redisUrl = (): string => inject('redisUrl')): QueuePlace =>
  async () => {
    const { options, leave } = await onPostgres();
    return { options: { ...options, redisUrl: redisUrl(), redisPrefix: randomUUID() }, leave };
  };
