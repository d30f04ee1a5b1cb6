import { Injectable } from '@nestjs/common';
import { providerOf } from '../../domain/secret-place.js';
import { SecretResolver } from '../../platform/secrets/index.js';
import type { NeededRecord } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import type { Found, LookOptions, Need, NeedSource } from './need.js';

/**
 * Whether what a version's env refers to is there. The evidence names where was looked and what came of it, never the
 * secret. A plain value is in the record itself and needs nothing.
 */
@Injectable()
export class EnvNeeds implements NeedSource {
  constructor(private readonly secrets: SecretResolver) {}

  needsOf(_key: VersionKey, { env }: NeededRecord): Need[] {
    return Object.entries(env).flatMap(([name, value]) => {
      if (typeof value === 'string') return [];
      return [{ kind: 'env', subject: name, observe: (options) => this.observe(value.secretRef, options) }];
    });
  }

  private async observe(reference: string, { signal }: LookOptions): Promise<Found> {
    const { state, ...rest } = await this.secrets.look(reference, signal);
    return { state, evidence: { provider: providerOf(reference), reference, ...rest } };
  }
}
