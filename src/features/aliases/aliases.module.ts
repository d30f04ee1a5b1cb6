import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { VersionsModule } from '../versions/index.js';
import { AfterMove } from './after-move.js';
import { AdjustAlias } from './adjust-alias.js';
import { AliasChangeEntity } from './alias-change.entity.js';
import { AliasController } from './alias.controller.js';
import { AliasDefaults } from './alias-defaults.js';
import { AliasEntity } from './alias.entity.js';
import { AliasRepository } from './alias.repository.js';
import { Aliases } from './aliases.js';
import { ClearRejection } from './clear-rejection.js';
import { MoveAlias } from './move-alias.js';
import { ConfigureAlias } from './configure-alias.js';
import { DeclareKnownGood } from './declare-known-good.js';
import { RemoveAlias } from './remove-alias.js';
import { RollBackAlias } from './roll-back-alias.js';
import { RollbackController } from './rollback.controller.js';
import { RollbackEntity } from './rollback.entity.js';
import { RollbackRepository } from './rollback.repository.js';
import { VouchController } from './vouch.controller.js';

@Module({})
export class AliasesModule {
  static forRoot(defaults: AliasDefaults): DynamicModule {
    return {
      module: AliasesModule,
      imports: [
        TypeOrmModule.forFeature([AliasEntity, AliasChangeEntity, RollbackEntity]),
        ModelsModule,
        VersionsModule,
      ],
      controllers: [AliasController, RollbackController, VouchController],
      providers: [
        { provide: AliasDefaults, useValue: defaults },
        AliasRepository,
        RollbackRepository,
        AfterMove,
        Aliases,
        MoveAlias,
        RollBackAlias,
        RemoveAlias,
        AdjustAlias,
        ClearRejection,
        DeclareKnownGood,
        ConfigureAlias,
      ],
    };
  }
}
