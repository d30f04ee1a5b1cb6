import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../platform/database/data-source.js';
import { AliasFeed } from './alias-feed.js';
import { ResolutionRepository } from './resolution.repository.js';
import { ResolutionTable } from './resolution-table.js';
import { Resolutions } from './resolutions.js';
import { addResolveRoute } from './resolve.route.js';
import { WATCH_LIMITS, type WatchLimits } from './watch-limits.js';
import { addWatchRoute } from './watch.route.js';

/** Which database, and what watching may cost; the limits are those of {@link WATCH_LIMITS} where none are given. */
export interface ResolutionOptions {
  databaseUrl: string;
  limits?: Partial<WatchLimits>;
}

const LIMITS = Symbol('WatchLimits');
const FEED_CONNECTION = Symbol('FeedConnection');

/** The read path: every alias in memory, kept up to date, resolved and watched. */
@Module({})
export class ResolutionModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(AliasFeed) private readonly feed: AliasFeed,
    @Inject(FEED_CONNECTION) private readonly connection: DataSource,
    @Inject(Resolutions) private readonly resolutions: Resolutions,
    @Inject(ResolutionRepository) private readonly repository: ResolutionRepository,
    @Inject(LIMITS) private readonly limits: WatchLimits,
  ) {}

  static forRoot({ databaseUrl, limits }: ResolutionOptions): DynamicModule {
    const allLimits = { ...WATCH_LIMITS, ...limits };
    // A connection of its own: the feed must not queue behind the writes whose outcome it brings.
    const options = dataSourceOptions({
      url: databaseUrl,
      poolSize: 1,
      applicationName: 'lastgood-feed',
      impatient: true,
    });
    return {
      module: ResolutionModule,
      global: true,
      providers: [
        { provide: LIMITS, useValue: allLimits },
        { provide: FEED_CONNECTION, useFactory: () => new DataSource(options) },
        { provide: ResolutionTable, useValue: new ResolutionTable(allLimits) },
        {
          provide: ResolutionRepository,
          inject: [getDataSourceToken()],
          useFactory: (dataSource: DataSource) => new ResolutionRepository(dataSource),
        },
        {
          provide: AliasFeed,
          inject: [FEED_CONNECTION, ResolutionTable],
          useFactory: (connection: DataSource, table: ResolutionTable) =>
            new AliasFeed(new ResolutionRepository(connection), table, databaseUrl),
        },
        Resolutions,
      ],
      exports: [Resolutions],
    };
  }

  /** Everything is in memory before the first request can come. */
  async onModuleInit(): Promise<void> {
    await this.connection.initialize();
    await this.feed.start();
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    addResolveRoute(server, this.resolutions);
    addWatchRoute(server, this.resolutions.table, this.repository, this.limits);
    server.addHook('preClose', (done) => {
      this.resolutions.letGo();
      done();
    });
  }

  /** As late as requests still come in: until then they are answered with what is new. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }

  /** Requests under way may still want their own write in memory, so the connection goes last. */
  async onApplicationShutdown(): Promise<void> {
    await this.connection.destroy();
  }
}
