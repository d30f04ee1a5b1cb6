import { Injectable } from '@nestjs/common';
import { planMove } from '../../domain/alias-move.js';
import { pairedWith } from '../../domain/names.js';
import { chooseTarget, type RollbackTarget } from '../../domain/rollback-target.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { RollbackView } from '../../contract/views.js';
import { ModelRepository } from '../models/index.js';
import { Resolutions, type OwnChange } from '../resolution/index.js';
import { VersionRepository } from '../versions/index.js';
import { AfterMove } from './after-move.js';
import { aliasNotFound, AliasRepository } from './alias.repository.js';
import { rollbackView } from './alias.view.js';
import type { LockedAlias } from './locked-alias.js';
import { paired } from './move-alias.js';
import { RollbackRepository } from './rollback.repository.js';
import type { RollbackEntity } from './rollback.entity.js';
import { withCurrent } from './with-current.js';
import { writeMove } from './write-move.js';
import { Closing, Transactions, type Transaction } from '../../platform/database/transactions.js';

/** A rollback as asked for. `from` is the version to move away from, `to` another one than the rollback target. */
export interface RollbackOrder {
  model: string;
  alias: string;
  reason: string;
  actor: string;
  from: number | null;
  to: number | null;
}

/** The record, and what this replica has to take in; nothing where another one had done it before. */
interface RolledBack {
  row: RollbackEntity;
  own?: OwnChange;
}

/**
 * Reverses a serving alias to its rollback target. One transaction, and nothing but PostgreSQL is waited for.
 * Whoever names the version that another rollback has just moved away from gets that rollback's record: twice is once.
 */
@Injectable()
export class RollBackAlias {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly versions: VersionRepository,
    private readonly aliases: AliasRepository,
    private readonly rollbacks: RollbackRepository,
    private readonly after: AfterMove,
    private readonly resolutions: Resolutions,
  ) {}

  async execute(order: RollbackOrder): Promise<RollbackView | Refusal> {
    const owner = pairedWith(order.alias);
    if (owner !== null) return paired(order.alias, owner);
    const begun = performance.now();
    const done = await this.transactions.run((transaction) => this.rollBack(transaction, order, begun));
    if (done instanceof Refusal) return done;
    await this.resolutions.reach(done.row.revision, done.own);
    return rollbackView(order.model, done.row);
  }

  private async rollBack(
    transaction: Transaction,
    order: RollbackOrder,
    begun: number,
  ): Promise<RolledBack | Refusal | Closing<RolledBack>> {
    const { model, alias, reason, actor } = order;
    const locked = await this.aliases.lock(transaction, model, alias, order.to);
    const waitedMs = performance.now() - begun;
    if (!locked || locked.version === null) return this.notThere(transaction, order);
    if (order.from !== null && order.from !== locked.version) return this.movedOn(transaction, order, locked);

    const target = await this.target(transaction, order, locked);
    if (target instanceof Refusal) return target;
    const plan = planMove(locked, { to: target.version, now: locked.now, rejects: true });
    const written = writeMove(transaction, locked, { plan, action: 'rollback', reason, actor });
    const appended = this.after.append(transaction, locked.modelId, plan);
    const versions = { fromVersion: locked.version, toVersion: target.version, proven: target.proven };
    const requestedAt = new Date(locked.now.getTime() - waitedMs);
    const record = { modelId: locked.modelId, alias, ...versions, reason, actor, requestedAt };
    const added = this.rollbacks.add(transaction, record);
    return new Closing(Promise.all([written, appended, added]).then(([{ own }, , row]) => ({ row, own })));
  }

  private async target(
    transaction: Transaction,
    order: RollbackOrder,
    locked: LockedAlias,
  ): Promise<RollbackTarget | Refusal> {
    const { model, alias, to } = order;
    if (to === null) return chooseTarget(locked.standings, locked.version) ?? noTarget(model, alias, locked.version);
    if (to === locked.version) {
      return new Refusal(
        'already-live',
        `${alias} of ${model} points at ${formatVersion(to)} already. Name another version, or none.`,
      );
    }
    if (!locked.registered.includes(to)) {
      const version = await this.versions.require(locked.modelId, model, to, transaction);
      if (version instanceof Refusal) return version;
    }
    const standing = locked.standings.find((s) => s.version === to);
    return { version: to, proven: standing?.knownGoodAt != null && standing.rejectedAt === null };
  }

  private async movedOn(
    transaction: Transaction,
    order: RollbackOrder,
    locked: LockedAlias,
  ): Promise<RolledBack | Refusal> {
    const earlier = await this.rollbacks.thatMadeLive(transaction, locked);
    const same = earlier?.fromVersion === order.from && (order.to === null || order.to === earlier.toVersion);
    if (earlier && same) return { row: earlier };
    const live = formatVersion(locked.version ?? 0);
    const refusal = new Refusal(
      'from-not-live',
      `${order.alias} of ${order.model} points at ${live}, not at ${formatVersion(order.from ?? 0)}: it moved since you looked. ` +
        `Nothing was changed. If ${live} is the bad one, roll back from ${live}.`,
    );
    return withCurrent(refusal, this.aliases, transaction, { model: order.model, locked });
  }

  private async notThere(transaction: Transaction, { model, alias }: RollbackOrder): Promise<Refusal> {
    const found = await this.models.require(model, transaction);
    return found instanceof Refusal ? found : aliasNotFound(model, alias);
  }
}

function noTarget(model: string, alias: string, live: number | null): Refusal {
  const text = formatVersion(live ?? 0);
  return new Refusal(
    'no-rollback-target',
    `${alias} of ${model} is at ${text}, and no other version that was not rejected has served there. ` +
      `Name one with \`to\` (\`lastgood rollback ${model} --to v… --reason …\`).`,
  );
}
