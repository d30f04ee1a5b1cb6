import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { ArtifactNeeds } from './artifact-needs.js';
import { AskedLooks } from './asked-looks.js';
import { AskForCheck } from './ask-for-check.js';
import { AskedRoundsRepository } from './asked-rounds.repository.js';
import { CheckHistoryRepository } from './check-history.repository.js';
import { CheckOptions } from './check-options.js';
import { CheckScheduler } from './check-scheduler.js';
import { CheckVersion } from './check-version.job.js';
import { CheckController } from './check.controller.js';
import { CheckEntity, NewestCheckEntity } from './check.entity.js';
import { CheckRepository } from './check.repository.js';
import { Checks } from './checks.js';
import { DueRoundsRepository } from './due-rounds.repository.js';
import { EnvNeeds } from './env-needs.js';
import { ImageNeeds } from './image-needs.js';
import { LookAtVersion } from './look-at-version.js';
import { MarkRepository } from './mark.repository.js';
import { PruneHistory } from './prune-history.job.js';
import { ReadArtifact } from './read-artifact.js';
import { ReadVersion } from './read-version.job.js';
import { ReadingProgressRepository } from './reading-progress.repository.js';
import { RecordChecks } from './record-checks.js';
import { RetryLooksRepository } from './retry-looks.repository.js';
import { RoundRepository } from './round.repository.js';
import { VersionNeeds } from './version-needs.js';

/** What was seen of the things that versions need, and the jobs and the schedule by which it is seen. */
@Module({})
export class ChecksModule {
  static forRoot(options: CheckOptions): DynamicModule {
    return {
      module: ChecksModule,
      // What registers, moves and judges versions asks for checks or reads them.
      global: true,
      imports: [TypeOrmModule.forFeature([CheckEntity, NewestCheckEntity]), ModelsModule],
      controllers: [CheckController],
      providers: [
        { provide: CheckOptions, useValue: options },
        CheckRepository,
        RecordChecks,
        RoundRepository,
        RetryLooksRepository,
        AskedRoundsRepository,
        DueRoundsRepository,
        CheckScheduler,
        ArtifactNeeds,
        ImageNeeds,
        EnvNeeds,
        VersionNeeds,
        LookAtVersion,
        CheckVersion,
        MarkRepository,
        ReadingProgressRepository,
        ReadArtifact,
        ReadVersion,
        CheckHistoryRepository,
        PruneHistory,
        Checks,
        AskForCheck,
        AskedLooks,
      ],
      exports: [AskedLooks, CheckOptions, CheckRepository, RecordChecks, RoundRepository, CheckScheduler],
    };
  }
}
