import { Injectable } from '@nestjs/common';
import type { MovePlan } from '../../domain/alias-move.js';
import { pairedWith } from '../../domain/names.js';
import { Refusal } from '../../contract/refusal.js';
import type { AliasAction, AliasChangeView, AliasView } from '../../contract/views.js';
import { Transactions, type Transaction } from '../../platform/database/transactions.js';
import { ModelRepository } from '../models/index.js';
import { Resolutions, type OwnChange } from '../resolution/index.js';
import { AfterMove } from './after-move.js';
import { aliasNotFound, AliasRepository } from './alias.repository.js';
import { aliasView } from './alias.view.js';
import type { LockedAlias } from './locked-alias.js';
import { paired } from './move-alias.js';
import { writeMove } from './write-move.js';

/** A change of what is known about an alias that leaves it where it points; `version` is the one it is about, if any. */
export interface Adjustment {
  model: string;
  alias: string;
  version: number | null;
  action: AliasAction;
  about: AliasChangeView['about'];
  reason: string;
  actor: string;
}

type Plan = (locked: LockedAlias, transaction: Transaction) => Promise<MovePlan | Refusal> | MovePlan | Refusal;

interface Adjusted {
  view: AliasView;
  own: OwnChange;
}

/**
 * The frame of every such change: lock the alias, plan, write, in one transaction. It takes a revision and a line of
 * history like a move, since it may change the rollback target and what has to stay warm.
 */
@Injectable()
export class AdjustAlias {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly aliases: AliasRepository,
    private readonly after: AfterMove,
    private readonly resolutions: Resolutions,
  ) {}

  async execute(adjustment: Adjustment, plan: Plan): Promise<AliasView | Refusal> {
    const owner = pairedWith(adjustment.alias);
    if (owner !== null) return paired(adjustment.alias, owner);
    const adjusted = await this.transactions.run((transaction) => this.adjust(transaction, adjustment, plan));
    if (adjusted instanceof Refusal) return adjusted;
    await this.resolutions.reach(adjusted.view.revision, adjusted.own);
    return adjusted.view;
  }

  private async adjust(transaction: Transaction, adjustment: Adjustment, plan: Plan): Promise<Adjusted | Refusal> {
    const { model: name, alias, version, ...what } = adjustment;
    const model = await this.models.require(name, transaction);
    if (model instanceof Refusal) return model;
    const locked = await this.aliases.lock(transaction, name, alias, version);
    if (!locked || locked.version === null) return aliasNotFound(name, alias);
    const planned = await plan(locked, transaction);
    if (planned instanceof Refusal) return planned;
    const { own } = await writeMove(transaction, locked, { plan: planned, ...what });
    await this.after.append(transaction, locked.modelId, planned);
    const row = await this.aliases.find(locked.modelId, alias, transaction);
    if (!row) throw new Error(`alias ${name} ${alias} points at nothing after it was adjusted`);
    return { view: aliasView(name, row), own };
  }
}
