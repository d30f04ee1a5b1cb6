import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChecksModule } from '../checks/index.js';
import { ModelsModule } from '../models/index.js';
import { VersionsModule } from '../versions/index.js';
import { ConfigDrift } from './config-drift.js';
import { ConfigSeenRepository } from './config-seen.repository.js';
import { ReportController } from './report.controller.js';
import { ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';
import { Reports } from './reports.js';

@Module({
  imports: [TypeOrmModule.forFeature([ReportEntity]), ChecksModule, ModelsModule, VersionsModule],
  controllers: [ReportController],
  providers: [ConfigDrift, ConfigSeenRepository, ReportRepository, Reports],
})
export class ReportsModule {}
