import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { Bandwidth } from '../../stores/bandwidth.js';
import { StoreSet, type StoreSetOptions } from '../../stores/store-set.js';
import { tellingWaits } from '../../stores/told-waits.js';
import { ArtifactStores } from './artifact-stores.js';
import { addArtifactRoutes } from './artifact.route.js';

/** The stores, and the routes that move bytes into and out of the one that takes uploads. */
@Module({})
export class ArtifactsModule implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ArtifactStores) private readonly stores: ArtifactStores,
  ) {}

  /** `bulkBytesPerSecond` is the pace of all bulk reads together; 0 for no limit. */
  static forRoot(options: StoreSetOptions, bulkBytesPerSecond: number): DynamicModule {
    return {
      module: ArtifactsModule,
      global: true,
      providers: [
        { provide: StoreSet, useFactory: () => StoreSet.open({ onWait: waitsToLog(), ...options }) },
        { provide: Bandwidth, useFactory: () => new Bandwidth(bulkBytesPerSecond) },
        ArtifactStores,
      ],
      exports: [ArtifactStores],
    };
  }

  onModuleInit(): void {
    // A worker has no HTTP server: it uses the stores alone.
    const server = this.host.httpAdapter?.getInstance<FastifyInstance>();
    if (server) addArtifactRoutes(server, this.stores);
  }
}

function waitsToLog(): NonNullable<StoreSetOptions['onWait']> {
  const log = nestLog('Stores');
  return tellingWaits((fields, message) => log.warn(fields, message));
}
