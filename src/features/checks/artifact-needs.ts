import { Injectable } from '@nestjs/common';
import type { Artifact } from '../../domain/version-record.js';
import { ArtifactStores } from '../artifacts/index.js';
import type { NeededRecord } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import { absent, type LookOptions, type Found, type Need, type NeedSource } from './need.js';

/**
 * Whether each artifact lies where it was. Of a prefix it sees the names and sizes of the files below, and compares
 * their sum. It reads no bytes.
 */
@Injectable()
export class ArtifactNeeds implements NeedSource {
  constructor(private readonly stores: ArtifactStores) {}

  needsOf(_key: VersionKey, { artifacts }: NeededRecord): Need[] {
    return artifacts.map((artifact) => {
      return { kind: 'artifact', subject: artifact.uri, observe: (options) => this.observe(artifact, options) };
    });
  }

  private async observe(artifact: Artifact, options: LookOptions): Promise<Found> {
    const seen = await this.stores.stat(artifact.uri, options);
    if (!('state' in seen) || seen.state !== 'present') return absent(seen);
    const { size, objects, digest } = seen;
    const evidence = {
      size,
      ...(objects === undefined ? {} : { objects }),
      ...(digest === undefined ? {} : { digest }),
      expected: { size: artifact.size, digest: artifact.digest },
    };
    const same = size === artifact.size && (digest === undefined || digest === artifact.digest);
    return { state: same ? 'present' : 'changed', evidence };
  }
}
