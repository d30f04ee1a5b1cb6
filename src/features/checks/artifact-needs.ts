import { Injectable } from '@nestjs/common';
import { judgeLook, type KnownMark } from '../../domain/artifact-look.js';
import type { Artifact } from '../../domain/version-record.js';
import { ArtifactStores } from '../artifacts/index.js';
import type { NeededRecord } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import { MarkRepository } from './mark.repository.js';
import { absent, type Found, type LookOptions, type Need, type NeedSource } from './need.js';

/**
 * Whether each artifact lies where it was, and as it was. Of a prefix it sees the names, sizes and marks of the files
 * below, and compares their sum. It reads no bytes; where only they can tell, it asks for them.
 */
@Injectable()
export class ArtifactNeeds implements NeedSource {
  constructor(
    private readonly stores: ArtifactStores,
    private readonly marks: MarkRepository,
  ) {}

  async needsOf(key: VersionKey, { artifacts, createdAt }: NeededRecord): Promise<Need[]> {
    const known = await this.marks.of(key);
    return artifacts.map((artifact) => ({
      kind: 'artifact',
      subject: artifact.uri,
      observe: (options) => this.observe(artifact, createdAt, known.get(artifact.uri), options),
    }));
  }

  private async observe(
    { uri, size, digest }: Artifact,
    registeredAt: Date,
    known: KnownMark | undefined,
    options: LookOptions,
  ): Promise<Found> {
    const seen = await this.stores.stat(uri, options);
    if (!('state' in seen) || seen.state !== 'present') return absent(seen);
    const { state, evidence, learn, doubt } = judgeLook({ size, digest, registeredAt }, seen, known);
    const isNews = learn !== null || (doubt && known?.wanted !== true);
    return { state, evidence, doubt, ...(isNews ? { news: { uri, learn, doubt } } : {}) };
  }
}
