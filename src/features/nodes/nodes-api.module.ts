import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { ModelsModule } from '../models/index.js';
import { Assignments } from './assignments.js';
import { ListNodes } from './list-nodes.js';
import { ModelResidencyController } from './model-residency.controller.js';
import { NodeController } from './node.controller.js';
import { PlanFeed } from './plan-feed.js';
import { RegisterNode } from './register-node.js';
import { RemoveNode } from './remove-node.js';
import { ReportResidency } from './report-residency.js';
import { ShowModelResidency } from './show-model-residency.js';
import { ShowNode } from './show-node.js';

/** The calls about nodes: those of their agents, and those of people. */
@Module({})
export class NodesApiModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(PlanFeed) private readonly feed: PlanFeed,
  ) {}

  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: NodesApiModule,
      // Metrics count who waits.
      global: true,
      imports: [ModelsModule],
      controllers: [NodeController, ModelResidencyController],
      providers: [
        { provide: PlanFeed, useFactory: () => new PlanFeed(databaseUrl) },
        Assignments,
        ListNodes,
        RegisterNode,
        RemoveNode,
        ReportResidency,
        ShowModelResidency,
        ShowNode,
      ],
      exports: [PlanFeed],
    };
  }

  onModuleInit(): void {
    this.feed.start();
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('preClose', (done) => {
      this.feed.letGo();
      done();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }
}
