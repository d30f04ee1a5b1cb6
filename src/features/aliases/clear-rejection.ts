import { Injectable } from '@nestjs/common';
import { planClear } from '../../domain/clear-rejection.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { AdjustAlias } from './adjust-alias.js';

/** Which version an operator vouches for under an alias, and why. */
export interface Vouching {
  model: string;
  alias: string;
  version: number;
  reason: string;
  actor: string;
}

/** Lifts a rejection. The version may be promoted again, and may become the rollback target at once, unproven. */
@Injectable()
export class ClearRejection {
  constructor(private readonly adjustAlias: AdjustAlias) {}

  execute(vouching: Vouching): Promise<AliasView | Refusal> {
    const { model, alias, version } = vouching;
    return this.adjustAlias.execute({ ...vouching, action: 'clear', about: { version } }, (locked) => {
      const detail = `${model} ${formatVersion(version)} is not rejected under ${alias}: there is nothing to clear.`;
      return planClear(locked, version) ?? new Refusal('version-not-rejected', detail);
    });
  }
}
