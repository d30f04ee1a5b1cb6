import { Inject, Module, type DynamicModule, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AliasFeed } from './alias-feed.js';
import { ResolutionRepository } from './resolution.repository.js';
import { ResolutionTable } from './resolution-table.js';
import { Resolutions } from './resolutions.js';
import { addResolveRoute } from './resolve.route.js';
import { addWatchRoute } from './watch.route.js';

/** The read path: every alias in memory, kept up to date, resolved and watched. */
@Module({})
export class ResolutionModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(AliasFeed) private readonly feed: AliasFeed,
    @Inject(Resolutions) private readonly resolutions: Resolutions,
    @Inject(ResolutionTable) private readonly table: ResolutionTable,
    @Inject(ResolutionRepository) private readonly repository: ResolutionRepository,
  ) {}

  static forRoot({ databaseUrl }: { databaseUrl: string }): DynamicModule {
    return {
      module: ResolutionModule,
      global: true,
      providers: [
        ResolutionRepository,
        { provide: ResolutionTable, useValue: new ResolutionTable() },
        {
          provide: AliasFeed,
          inject: [ResolutionRepository, ResolutionTable],
          useFactory: (repository: ResolutionRepository, table: ResolutionTable) =>
            new AliasFeed(repository, table, databaseUrl),
        },
        Resolutions,
      ],
      exports: [Resolutions],
    };
  }

  /** Everything is in memory before the first request can come. */
  async onModuleInit(): Promise<void> {
    await this.feed.start();
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    addResolveRoute(server, this.resolutions);
    addWatchRoute(server, this.table, this.repository);
  }

  async onModuleDestroy(): Promise<void> {
    await this.feed.stop();
  }
}
