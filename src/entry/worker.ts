import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { CheckScheduler } from '../features/checks/index.js';
import { WorkerHealth } from '../features/health/index.js';
import { PlanSchedule } from '../features/nodes/index.js';
import { PinScheduler } from '../features/pins/index.js';
import { loadConfig } from '../platform/config/index.js';
import { JobWorker, OutboxRelay } from '../platform/queue/index.js';
import { createLog, nestLogger } from '../platform/telemetry/logger.js';
import { orFail } from './fail.js';
import { workerModule } from './root-module.js';
import { requireSchema } from './serve.js';
import { untilSignal } from './shutdown.js';
import { listenForProbes } from './worker-endpoint.js';

/** `lastgood worker`: carries jobs from the outbox into the queue and runs them. Any number of them share the work. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(flags, async () => {
    const config = loadConfig({ env: process.env, flags });
    const log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    await untilSignal({ graceSeconds: config.shutdownGraceSeconds, log }, async (onStop) => {
      await requireSchema(config.databaseUrl, 'worker');
      const app = await NestFactory.createApplicationContext(workerModule(config), {
        logger: nestLogger(log),
        abortOnError: false,
      });
      // Probed and scraped to the end: what is last to go is what was handed over first.
      const probed = await listenForProbes(app, config);
      if (probed !== null) onStop(() => probed.close());
      onStop(() => app.close());
      const health = app.get(WorkerHealth);
      onStop(async () => health.turn('stopping'));
      await startJobs(app);
      health.turn('running');
      const place = config.redisUrl === '' ? 'PostgreSQL' : 'Redis';
      console.log(`working on jobs from ${place}${probed === null ? '' : `; health and metrics on ${probed.url}`}`);
    });
  });
}

/** Starts the relay, the worker and the schedules of an application; all stop when it closes. */
export async function startJobs(app: INestApplicationContext): Promise<void> {
  await app.get(JobWorker).start();
  app.get(OutboxRelay).start();
  app.get(CheckScheduler).start();
  app.get(PlanSchedule).start();
  app.get(PinScheduler).start();
}
