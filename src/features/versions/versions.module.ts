import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { RegisterVersion } from './register-version.js';
import { VersionController } from './version.controller.js';
import { VersionEntity } from './version.entity.js';
import { VersionListRepository } from './version-list.repository.js';
import { VersionRepository } from './version.repository.js';
import { Versions } from './versions.js';

@Module({
  imports: [TypeOrmModule.forFeature([VersionEntity]), ModelsModule],
  controllers: [VersionController],
  providers: [VersionRepository, VersionListRepository, RegisterVersion, Versions],
  exports: [VersionRepository],
})
export class VersionsModule {}
