import { Module } from '@nestjs/common';
import { ReadinessModule } from '../readiness/index.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';

@Module({ imports: [ReadinessModule], controllers: [HealthController], providers: [Metrics] })
export class HealthModule {}
