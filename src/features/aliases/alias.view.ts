import { pairedWith } from '../../domain/names.js';
import type { AliasChangeView, AliasView, RollbackView } from '../../contract/views.js';
import type { AliasChangeEntity } from './alias-change.entity.js';
import type { AliasRow } from './alias.repository.js';
import type { RollbackEntity } from './rollback.entity.js';

/** An alias as the API shows it. */
export function aliasView(model: string, row: AliasRow): AliasView {
  const { alias, version, revision, rejected, changedBy, reason } = row;
  const serving = pairedWith(alias) === null;
  const soakEndsAt = new Date(row.liveSince.getTime() + row.soakSeconds * 1000);
  return {
    model,
    alias,
    version,
    revision,
    liveSince: row.liveSince.toISOString(),
    soakEndsAt: serving ? soakEndsAt.toISOString() : null,
    knownGood: serving ? isKnownGood(row, soakEndsAt) : row.targetProven === true,
    soakSeconds: row.soakSeconds,
    rollbackTarget:
      serving && row.target !== null
        ? {
            version: row.target,
            proven: row.targetProven === true,
          }
        : null,
    rejected,
    changedBy,
    reason,
  };
}

// One that was rejected and serves on by an operator's word stays rejected, however long it serves.
function isKnownGood({ version, rejected, knownGoodAt }: AliasRow, soakEndsAt: Date): boolean {
  return !rejected.includes(version) && (knownGoodAt !== null || soakEndsAt <= new Date());
}

/** One line of history as the API shows it. */
export function changeView(model: string, row: AliasChangeEntity): AliasChangeView {
  const { revision, alias, action, fromVersion: from, toVersion: to, about, reason, actor, at } = row;
  return { revision, model, alias, action, from, to, about, reason, actor, at: at.toISOString() };
}

/** A rollback with its timeline as the API shows it. */
export function rollbackView(model: string, row: RollbackEntity): RollbackView {
  const { revision, alias, fromVersion: from, toVersion: to, proven, reason, actor } = row;
  return {
    id: revision,
    model,
    alias,
    from,
    to,
    proven,
    reason,
    actor,
    revision,
    timeline: {
      requestedAt: row.requestedAt.toISOString(),
      committedAt: row.committedAt.toISOString(),
      firstSwitchedAt: row.firstSwitchedAt?.toISOString() ?? null,
      allSwitchedAt: row.allSwitchedAt?.toISOString() ?? null,
      healthyAt: row.healthyAt?.toISOString() ?? null,
    },
  };
}
