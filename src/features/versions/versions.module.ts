import { Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ModelsModule } from '../models/index.js';
import { RegisterVersion } from './register-version.js';
import { RegistrationTurns } from './registration-turns.js';
import { VersionController } from './version.controller.js';
import { VersionEntity } from './version.entity.js';
import { VersionListRepository } from './version-list.repository.js';
import { VersionRepository } from './version.repository.js';
import { Versions } from './versions.js';

const turns = {
  provide: RegistrationTurns,
  inject: [getDataSourceToken()],
  // Half of the connections stay free for moves, whatever a pipeline sends.
  useFactory: ({ options }: DataSource) => new RegistrationTurns(Math.floor((options.poolSize ?? 10) / 2)),
};

@Module({
  imports: [TypeOrmModule.forFeature([VersionEntity]), ModelsModule],
  controllers: [VersionController],
  providers: [VersionRepository, VersionListRepository, turns, RegisterVersion, Versions],
  exports: [VersionRepository],
})
export class VersionsModule {}
