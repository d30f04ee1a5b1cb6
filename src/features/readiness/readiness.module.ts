import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { CheckAges } from './check-ages.js';
import { NotPassingRepository } from './not-passing.repository.js';
import { OverdueLooksRepository } from './overdue-looks.repository.js';
import { ReadinessController } from './readiness.controller.js';
import { ReadinessRepository } from './readiness.repository.js';
import { ShowReadiness } from './show-readiness.js';

@Module({
  imports: [ModelsModule],
  controllers: [ReadinessController],
  providers: [CheckAges, NotPassingRepository, OverdueLooksRepository, ReadinessRepository, ShowReadiness],
  exports: [NotPassingRepository, OverdueLooksRepository],
})
export class ReadinessModule {}
