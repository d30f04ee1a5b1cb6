import { Injectable } from '@nestjs/common';
import { planClear } from '../../domain/clear-rejection.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { ModelRepository } from '../models/index.js';
import { Resolutions } from '../resolution/index.js';
import { AfterMove } from './after-move.js';
import { aliasNotFound, AliasRepository } from './alias.repository.js';
import { aliasView } from './alias.view.js';
import { writeMove } from './write-move.js';
import { Transactions, type Transaction } from '../../platform/database/transactions.js';

/** Which version an operator declares fit to serve again under an alias, and why. */
export interface Clearing {
  model: string;
  alias: string;
  version: number;
  reason: string;
  actor: string;
}

/** Lifts a rejection. The version may be promoted again, and may become the rollback target at once, unproven. */
@Injectable()
export class ClearRejection {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly aliases: AliasRepository,
    private readonly after: AfterMove,
    private readonly resolutions: Resolutions,
  ) {}

  async execute(clearing: Clearing): Promise<AliasView | Refusal> {
    const view = await this.transactions.run((transaction) => this.clear(transaction, clearing));
    if (!(view instanceof Refusal)) await this.resolutions.reach(view.revision);
    return view;
  }

  private async clear(transaction: Transaction, clearing: Clearing): Promise<AliasView | Refusal> {
    const { model: name, alias, version, reason, actor } = clearing;
    const model = await this.models.require(name, transaction);
    if (model instanceof Refusal) return model;
    const locked = await this.aliases.lock(transaction, name, alias, [version]);
    if (!locked || locked.version === null) return aliasNotFound(name, alias);
    const plan = planClear(locked, version);
    if (plan === null) {
      const text = formatVersion(version);
      return new Refusal(
        'version-not-rejected',
        `${name} ${text} is not rejected under ${alias}: there is nothing to clear.`,
      );
    }
    await writeMove(transaction, locked, { plan, action: 'clear', reason, actor });
    await this.after.append(transaction, locked.modelId, plan);
    const row = await this.aliases.find(locked.modelId, alias, transaction);
    if (!row) throw new Error(`alias ${name} ${alias} points at nothing after a clear`);
    return aliasView(name, row);
  }
}
