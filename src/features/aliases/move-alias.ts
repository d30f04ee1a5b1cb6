import { Injectable } from '@nestjs/common';
import { planMove, type MovePlan } from '../../domain/alias-move.js';
import { pairedWith } from '../../domain/names.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { Resolutions, type OwnChange } from '../resolution/index.js';
import { ModelRepository } from '../models/index.js';
import { VersionRepository } from '../versions/index.js';
import { AfterMove } from './after-move.js';
import { AliasDefaults } from './alias-defaults.js';
import { AliasRepository, type AliasRow } from './alias.repository.js';
import { aliasView } from './alias.view.js';
import type { LockedAlias } from './locked-alias.js';
import { withCurrent } from './with-current.js';
import { writeMove } from './write-move.js';
import { Closing, Transactions, type Transaction } from '../../platform/database/transactions.js';

/** A move forward. `ifRevision` is compare-and-set: the move happens only while the alias is at that revision. */
export interface Promotion {
  model: string;
  alias: string;
  version: number;
  reason: string;
  actor: string;
  ifRevision: number | null;
}

/** The alias after it, and what this replica has to take in; nothing where the alias was there already. */
interface Moved {
  view: AliasView;
  own?: OwnChange;
}

/** Points an alias at a version, in one transaction. The same version again changes nothing and is no error. */
@Injectable()
export class MoveAlias {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly versions: VersionRepository,
    private readonly aliases: AliasRepository,
    private readonly defaults: AliasDefaults,
    private readonly after: AfterMove,
    private readonly resolutions: Resolutions,
  ) {}

  async execute(promotion: Promotion): Promise<AliasView | Refusal> {
    const owner = pairedWith(promotion.alias);
    if (owner !== null) return paired(promotion.alias, owner);
    const moved = await this.transactions.run((transaction) => this.move(transaction, promotion));
    if (moved instanceof Refusal) return moved;
    await this.resolutions.reach(moved.view.revision, moved.own);
    return moved.view;
  }

  private async move(transaction: Transaction, promotion: Promotion): Promise<Moved | Refusal | Closing<Moved>> {
    const { model: name, alias, version } = promotion;
    const locked =
      (await this.aliases.lock(transaction, name, alias, version)) ?? (await this.create(transaction, promotion));
    if (locked instanceof Refusal) return locked;
    const known = await this.known(transaction, promotion, locked);
    if (known instanceof Refusal) return known;
    const refusal = this.refusal(promotion, locked);
    if (refusal instanceof Refusal) {
      return refusal.code === 'revision-stale'
        ? withCurrent(refusal, this.aliases, transaction, { model: name, locked })
        : refusal;
    }
    if (locked.version === version) {
      const row = await this.aliases.find(locked.modelId, alias, transaction);
      if (!row) throw new Error(`alias ${name} ${alias} points at nothing although it points at v${version}`);
      return { view: aliasView(name, row) };
    }
    const plan = planMove(locked, { to: version, now: locked.now, rejects: false });
    const { reason, actor } = promotion;
    const written = writeMove(transaction, locked, { plan, action: 'promote', reason, actor });
    const appended = this.after.append(transaction, locked.modelId, plan);
    return new Closing(
      Promise.all([written, appended]).then(([{ revision, own }]) => {
        return { view: aliasView(name, promotedRow(locked, promotion, { plan, revision })), own };
      }),
    );
  }

  private async create(
    transaction: Transaction,
    { model: name, alias, version }: Promotion,
  ): Promise<LockedAlias | Refusal> {
    const model = await this.models.require(name, transaction);
    if (model instanceof Refusal) return model;
    const place = { model: name, modelId: model.id, alias, soakSeconds: this.defaults.soakSeconds };
    return this.aliases.lockOrCreate(transaction, place, version);
  }

  private async known(transaction: Transaction, { model, version }: Promotion, locked: LockedAlias) {
    if (locked.registered.includes(version)) return null;
    return this.versions.require(locked.modelId, model, version, transaction);
  }

  private refusal({ model, alias, version, ifRevision }: Promotion, locked: LockedAlias): Refusal | null {
    if (ifRevision !== null && ifRevision !== locked.revision) {
      const now = locked.version === null ? 'does not exist' : `points at ${formatVersion(locked.version)}`;
      return new Refusal(
        'revision-stale',
        `If-Match names revision ${ifRevision}, but ${model} ${alias} is at ${locked.revision} and ${now}. Read it again, then decide.`,
      );
    }
    const standing = locked.standings.find((s) => s.version === version);
    if (standing?.rejectedAt && locked.version !== version) {
      const text = formatVersion(version);
      return new Refusal(
        'version-rejected',
        `${model} ${text} was rolled back from ${alias} at ${standing.rejectedAt.toISOString()} and stays rejected there. ` +
          `If it is good after all: \`lastgood clear ${model} ${text} --alias ${alias} --reason …\`, then promote it.`,
      );
    }
    return null;
  }
}

// What the database would show now: every part of it was read under the lock, or has just been written.
function promotedRow(
  { modelId, alias, soakSeconds, now, rejected, standings }: LockedAlias,
  { version, reason, actor }: Promotion,
  { plan: { target }, revision }: { plan: MovePlan; revision: number },
): AliasRow {
  const knownGoodAt = standings.find((standing) => standing.version === version)?.knownGoodAt ?? null;
  const pointer = { modelId, alias, version, revision, liveSince: now, soakSeconds, rejected, knownGoodAt };
  return {
    ...pointer,
    target: target?.version ?? null,
    targetProven: target?.proven ?? null,
    changedBy: actor,
    reason,
  };
}

/** The refusal for whoever moves a paired alias by hand. */
export function paired(alias: string, owner: string): Refusal {
  const field = refuseField('alias', alias, `follows ${owner}`);
  return new Refusal(
    'alias-paired',
    `${alias} is kept by Lastgood: it follows ${owner}. Move ${owner}, or roll it back with \`to\`.`,
    field.extra,
  );
}
