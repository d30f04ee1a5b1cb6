import { Module } from '@nestjs/common';
import { WorkerHealth } from './worker-health.js';
import { WorkerMetrics } from './worker-metrics.js';

@Module({ providers: [WorkerHealth, WorkerMetrics], exports: [WorkerHealth, WorkerMetrics] })
export class WorkerHealthModule {}
