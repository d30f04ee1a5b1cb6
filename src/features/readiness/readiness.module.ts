import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { CheckAges } from './check-ages.js';
import { NotPassingRepository } from './not-passing.repository.js';
import { ReadinessController } from './readiness.controller.js';
import { ReadinessRepository } from './readiness.repository.js';
import { ShowReadiness } from './show-readiness.js';

@Module({
  imports: [ModelsModule],
  controllers: [ReadinessController],
  providers: [CheckAges, NotPassingRepository, ReadinessRepository, ShowReadiness],
  exports: [NotPassingRepository],
})
export class ReadinessModule {}
