import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { VersionsModule } from '../versions/index.js';
import { ReportController } from './report.controller.js';
import { ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';
import { Reports } from './reports.js';

@Module({
  imports: [TypeOrmModule.forFeature([ReportEntity]), ModelsModule, VersionsModule],
  controllers: [ReportController],
  providers: [ReportRepository, Reports],
})
export class ReportsModule {}
