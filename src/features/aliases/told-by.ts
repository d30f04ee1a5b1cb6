import { targetAliasOf } from '../../domain/names.js';
import type { AliasChangeView } from '../../contract/views.js';
import type { OwnChange } from '../resolution/index.js';
import type { AliasWrite } from './alias-write.js';
import type { LockedAlias } from './locked-alias.js';

/** What the database answered: the new revision, and the records of the live version and of the rollback target. */
interface Written {
  revision: number;
  live: string | null;
  warm: string | null;
}

/**
 * What everybody will read in the history once this change of an alias is committed, and how the aliases concerned stand
 * then: word for word what the feed of another replica asks the database for.
 */
export function toldBy(locked: LockedAlias, write: AliasWrite, { revision, live, warm }: Written): OwnChange {
  const { model, modelId, alias } = locked;
  const { plan, action, about = null, reason, actor } = write;
  const targetAlias = targetAliasOf(alias);
  const line = { model, reason, actor, at: locked.now.toISOString() };
  const changes: AliasChangeView[] = [{ ...line, revision, alias, action, from: locked.version, to: plan.to, about }];
  const rows = live === null ? [] : [{ modelId, model, alias, revision, live, warm }];
  if (plan.targetMoves) {
    const [from, to] = [locked.target?.version ?? null, plan.target?.version ?? null];
    changes.unshift({ ...line, revision: revision - 1, alias: targetAlias, action: 'retarget', from, to, about: null });
    if (warm !== null)
      rows.push({ modelId, model, alias: targetAlias, revision: revision - 1, live: warm, warm: null });
  }
  return { changes, rows };
}
