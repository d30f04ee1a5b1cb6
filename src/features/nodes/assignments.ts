import { Injectable } from '@nestjs/common';
import type { AssignmentsView, AssignmentView } from '../../contract/node-views.js';
import { Refusal } from '../../contract/refusal.js';
import { told } from './make-plans.js';
import { nodeNotFound } from './node-refusals.js';
import { PlanFeed } from './plan-feed.js';
import { PlanRepository, type PlanItem } from './plan.repository.js';
import { keyOf, VersionFactsRepository } from './version-facts.repository.js';

/** Which assignments an agent has, and how long it waits for others. */
export interface WantedAssignments {
  /** The revision it has; null where it wants whatever there is. */
  revision: number | null;
  waitMs: number;
  signal: AbortSignal;
}

/** Shows what must lie on a node. */
@Injectable()
export class Assignments {
  constructor(
    private readonly plans: PlanRepository,
    private readonly versions: VersionFactsRepository,
    private readonly feed: PlanFeed,
  ) {}

  /**
   * What the node's agent must see to; null where that is still what it has. A revision that is above the newest one is
   * from before the registry was restored from a backup, and is answered at once.
   */
  async execute(
    node: string,
    { revision, waitMs, signal }: WantedAssignments,
  ): Promise<AssignmentsView | Refusal | null> {
    const news = this.feed.listen(node, waitMs, signal);
    try {
      for (;;) {
        const plan = await this.plans.find(node);
        if (plan === null) return nodeNotFound(node);
        if (plan.revision !== revision) {
          return { node, revision: plan.revision, assignments: await this.expand(told(plan.items)) };
        }
        if (!(await news.next())) return null;
      }
    } finally {
      news.end();
    }
  }

  /** Plans name versions; agents need to know what these are made of. */
  async expand(items: readonly PlanItem[]): Promise<AssignmentView[]> {
    const records = await this.versions.recordsOf(items);
    return items.flatMap(({ role, go, waitsFor, warm, ...key }) => {
      const record = records.get(keyOf(key));
      if (record === undefined) return [];
      const { model, version, artifacts, image } = record;
      return [{ model, version, role, artifacts, image, go, waitsFor, warm }];
    });
  }
}
