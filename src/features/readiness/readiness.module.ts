import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { ReadinessController } from './readiness.controller.js';
import { ReadinessRepository } from './readiness.repository.js';
import { ShowReadiness } from './show-readiness.js';

@Module({
  imports: [ModelsModule],
  controllers: [ReadinessController],
  providers: [ReadinessRepository, ShowReadiness],
})
export class ReadinessModule {}
