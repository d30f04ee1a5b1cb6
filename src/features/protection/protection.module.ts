import { Module, type DynamicModule } from '@nestjs/common';
import { ProtectedVersions } from './protected-versions.repository.js';
import { Retention } from './retention.js';

/** Which versions may be needed, for all features that keep them at hand. */
@Module({})
export class ProtectionModule {
  static forRoot(retention: Retention): DynamicModule {
    return {
      module: ProtectionModule,
      global: true,
      providers: [{ provide: Retention, useValue: retention }, ProtectedVersions],
      exports: [Retention, ProtectedVersions],
    };
  }
}
