import { Injectable } from '@nestjs/common';
import { ArtifactStores } from '../artifacts/index.js';
import type { NeededRecord } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import { absent, type LookOptions, type Found, type Need, type NeedSource } from './need.js';

/** Whether a version's container image can be had: its manifest and all its layers. It reads no bytes of them. */
@Injectable()
export class ImageNeeds implements NeedSource {
  constructor(private readonly stores: ArtifactStores) {}

  needsOf(_key: VersionKey, { image }: NeededRecord): Need[] {
    return image === null
      ? []
      : [{ kind: 'image', subject: image, observe: (options) => this.observe(image, options) }];
  }

  // The reference names the digest, so what is present is what was recorded.
  private async observe(image: string, options: LookOptions): Promise<Found> {
    const seen = await this.stores.statImage(image, options);
    if (!('state' in seen) || seen.state !== 'present') return absent(seen);
    return { state: 'present', evidence: { size: seen.size, digest: seen.digest } };
  }
}
