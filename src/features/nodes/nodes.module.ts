import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HoldingRepository } from './holding.repository.js';
import { NodeEntity } from './node.entity.js';
import { NodeOptions } from './node-options.js';
import { NodeRepository } from './node.repository.js';
import { PlanNodes } from './plan-nodes.job.js';
import { PlanRepository } from './plan.repository.js';
import { PlanSchedule } from './plan-schedule.js';
import { ResidencyChecks } from './residency-checks.js';
import { ResidencyRepository } from './residency.repository.js';
import { VersionFactsRepository } from './version-facts.repository.js';

/** What lies on which node, what must, and the job that finds that out. */
@Module({})
export class NodesModule {
  static forRoot(options: NodeOptions): DynamicModule {
    const shared = [
      { provide: NodeOptions, useValue: options },
      NodeRepository,
      ResidencyRepository,
      HoldingRepository,
      PlanRepository,
      VersionFactsRepository,
    ];
    return {
      module: NodesModule,
      // Readiness, metrics and the API of nodes are made of it.
      global: true,
      imports: [TypeOrmModule.forFeature([NodeEntity])],
      providers: [...shared, PlanNodes, PlanSchedule, ResidencyChecks],
      exports: [...shared, PlanSchedule, ResidencyChecks],
    };
  }
}
