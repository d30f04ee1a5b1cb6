import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseModule } from '../../../src/platform/database/database.module.js';
import { JobHandlers } from '../../../src/platform/queue/job-handlers.js';
import { JobQueue, JobWorker } from '../../../src/platform/queue/job-queue.js';
import { OutboxRelay } from '../../../src/platform/queue/outbox-relay.js';
import { OutboxRepository } from '../../../src/platform/queue/outbox.repository.js';
import { prepareQueue } from '../../../src/platform/queue/prepare-queue.js';
import { JobHandlerError } from '../../../src/platform/queue/queue-errors.js';
import type { QueueOptions } from '../../../src/platform/queue/queue-options.js';
import { QueueModule } from '../../../src/platform/queue/queue.module.js';
import { openOutbox } from '../../support/queue-harness.js';
import { QueueLogBook } from '../../support/queue-log-book.js';
import { note } from '../../support/queue-note.js';
import { onPostgres, onRedis } from '../../support/queue-places.js';
import { Gate, until } from '../../support/queue-until.js';

@Module({})
class AppModule {}

describe.each([
  ['PostgreSQL', onPostgres],
  ['Redis', onRedis()],
])('the queue module on %s', (_, place) => {
  let options: QueueOptions;
  let leave: () => Promise<void>;
  const apps: INestApplicationContext[] = [];

  const boot = async (): Promise<INestApplicationContext> => {
    const imports = [
      DatabaseModule.forRoot({ url: options.databaseUrl, poolSize: 5 }),
      QueueModule.forRoot({ log: new QueueLogBook(), ...options }),
    ];
    const app = await NestFactory.createApplicationContext({ module: AppModule, imports }, { logger: false });
    apps.push(app);
    return app;
  };

  beforeEach(async () => {
    ({ options, leave } = await place());
    await prepareQueue(options.databaseUrl);
    await (await openOutbox(options.databaseUrl)).destroy();
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await leave();
  });

  it('carries a job from the process that appends it to the process that runs it', async () => {
    const api = await boot();
    const background = await boot();
    const seen: number[] = [];
    background.get(JobHandlers).handle(note, async ({ n }) => void seen.push(n));
    background.get(OutboxRelay).start();
    await background.get(JobWorker).start();
    await api
      .get(DataSource)
      .transaction((manager) => api.get(OutboxRepository).append(manager, [note.with({ n: 8 })]));
    await until('it ran', () => seen.length === 1);
    expect(seen).toEqual([8]);
  });

  it('refuses to start a worker that lacks a handler, and names the job', async () => {
    const app = await boot();
    await expect(app.get(JobWorker).start()).rejects.toMatchObject({
      name: JobHandlerError.name,
      code: 'job_handler_missing',
      jobs: ['test.note'],
    });
  });

  it('lets a running job end before the process does', async () => {
    const app = await boot();
    const started = new Gate();
    let tables = '';
    app.get(JobHandlers).handle(note, async () => {
      started.open();
      // The database must outlive the job, so the worker stops before the data source closes.
      const [row]: { at: string }[] = await app.get(DataSource).query('SELECT pg_sleep(0.4), current_database() AS at');
      tables = row?.at ?? '';
    });
    await app.get(JobWorker).start();
    await app.get(JobQueue).enqueue([{ ...note.with({ n: 1 }), jobId: randomUUID() }]);
    await started.opened;
    await app.close();
    expect(tables).not.toBe('');
  });

  it('closes a process that only appends without ever having connected to the queue', async () => {
    const app = await boot();
    await app.close();
    expect(apps).toHaveLength(1);
  });
});
