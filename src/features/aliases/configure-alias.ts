import { Injectable } from '@nestjs/common';
import { planSoakChange } from '../../domain/change-soak.js';
import type { Refusal } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { AdjustAlias } from './adjust-alias.js';
import { AliasRepository } from './alias.repository.js';

/** An alias's new soak window, in seconds, and who wants it and why. */
export interface AliasConfiguration {
  model: string;
  alias: string;
  soakSeconds: number;
  reason: string;
  actor: string;
}

/**
 * Sets an alias's soak window. It counts for the version that is live now too: its window began when it went live,
 * and ends that much later. What has soaked by the old window stays known good.
 */
@Injectable()
export class ConfigureAlias {
  constructor(
    private readonly adjustAlias: AdjustAlias,
    private readonly aliases: AliasRepository,
  ) {}

  execute({ soakSeconds, ...who }: AliasConfiguration): Promise<AliasView | Refusal> {
    return this.adjustAlias.execute(
      { ...who, version: null, action: 'configure', about: { soakSeconds } },
      async (locked, transaction) => {
        await this.aliases.setSoak(transaction, locked, soakSeconds);
        return planSoakChange(locked, locked.now);
      },
    );
  }
}
