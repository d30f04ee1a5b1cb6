import { Injectable } from '@nestjs/common';
import { planMove } from '../../domain/alias-move.js';
import { pairedWith } from '../../domain/names.js';
import { reasonProblem } from '../../domain/text.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import { ModelRepository } from '../models/index.js';
import { Resolutions } from '../resolution/index.js';
import { aliasNotFound, AliasRepository } from './alias.repository.js';
import { paired } from './move-alias.js';
import { writeMove } from './write-move.js';
import { Transactions } from '../../platform/database/transactions.js';

/** Which alias goes, who wants it, and why. */
export interface AliasRemoval {
  model: string;
  alias: string;
  reason: string | undefined;
  actor: string;
}

/** Takes an alias away. Its history and its rejections stay, and count again if it is made anew. */
@Injectable()
export class RemoveAlias {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly aliases: AliasRepository,
    private readonly resolutions: Resolutions,
  ) {}

  async execute({ model: name, alias, reason, actor }: AliasRemoval): Promise<Refusal | null> {
    const owner = pairedWith(alias);
    if (owner !== null) return paired(alias, owner);
    const problem = reasonProblem(reason);
    if (reason === undefined || problem !== null) return refuseField('reason', reason, problem ?? '');

    const removed = await this.transactions.run(async (transaction) => {
      const model = await this.models.require(name, transaction);
      if (model instanceof Refusal) return model;
      const locked = await this.aliases.lock(transaction, name, alias, null);
      if (!locked || locked.version === null) return aliasNotFound(name, alias);
      const plan = planMove(locked, { to: null, now: locked.now, rejects: false });
      return writeMove(transaction, locked, { plan, action: 'delete', reason, actor });
    });
    if (removed instanceof Refusal) return removed;
    await this.resolutions.reach(removed.revision, removed.own);
    return null;
  }
}
