import { Injectable } from '@nestjs/common';
import type { NeededRecord } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import { ArtifactNeeds } from './artifact-needs.js';
import { EnvNeeds } from './env-needs.js';
import { ImageNeeds } from './image-needs.js';
import type { Need, NeedSource } from './need.js';

/** Everything that a look at a version looks at. */
@Injectable()
export class VersionNeeds {
  // What else a version comes to need is one more source here.
  private readonly sources: readonly NeedSource[];

  constructor(artifacts: ArtifactNeeds, images: ImageNeeds, env: EnvNeeds) {
    this.sources = [artifacts, images, env];
  }

  /** All needs of a record, in an order that stays the same. */
  async of(key: VersionKey, record: NeededRecord): Promise<Need[]> {
    const needs = await Promise.all(this.sources.map(async (source) => source.needsOf(key, record)));
    return needs.flat();
  }
}
