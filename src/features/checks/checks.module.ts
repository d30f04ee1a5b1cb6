import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { CheckVersion } from './check-version.job.js';
import { CheckController } from './check.controller.js';
import { CheckEntity, NewestCheckEntity } from './check.entity.js';
import { CheckRepository } from './check.repository.js';
import { EnvNeeds } from './env-needs.js';

@Module({
  imports: [TypeOrmModule.forFeature([CheckEntity, NewestCheckEntity]), ModelsModule],
  controllers: [CheckController],
  providers: [CheckRepository, CheckVersion, EnvNeeds],
  exports: [CheckRepository],
})
export class ChecksModule {}
