import { Injectable } from '@nestjs/common';
import type { CheckState } from '../../contract/views.js';
import type { Env } from '../../domain/env.js';
import { providerOf } from '../../domain/secret-place.js';
import { SecretResolver } from '../../platform/secrets/index.js';

/** What was seen of a variable's secret: where it was looked for and what came of it, never the secret. */
export interface SeenEnv {
  readonly state: CheckState;
  readonly evidence: {
    readonly provider: string | null;
    readonly reference: string;
    /** Of a missing one: whether there is no secret at all, or one without the key. */
    readonly missing?: 'secret' | 'key';
    readonly said?: string;
  };
}

/** Looks whether what a version's env refers to is there. */
@Injectable()
export class EnvNeeds {
  constructor(private readonly secrets: SecretResolver) {}

  /** The variables whose value lies elsewhere, with the reference; a plain value is in the record itself. */
  referencesIn(env: Env): { name: string; reference: string }[] {
    return Object.entries(env).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [{ name, reference: value.secretRef }],
    );
  }

  /** Looks where `reference` leads. Throws only the reason of `signal`. */
  async observeEnv(reference: string, signal: AbortSignal): Promise<SeenEnv> {
    const { state, ...rest } = await this.secrets.look(reference, signal);
    return { state, evidence: { provider: providerOf(reference), reference, ...rest } };
  }
}
