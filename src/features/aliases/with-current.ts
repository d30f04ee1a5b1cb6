import { Refusal } from '../../contract/refusal.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { AliasRepository } from './alias.repository.js';
import { aliasView } from './alias.view.js';
import type { LockedAlias } from './locked-alias.js';

/** A refusal together with the alias as its lock holds it, so that whoever is refused need not ask. */
export async function withCurrent(
  refusal: Refusal,
  aliases: AliasRepository,
  transaction: Transaction,
  { model, locked }: { model: string; locked: LockedAlias },
): Promise<Refusal> {
  const row = await aliases.find(locked.modelId, locked.alias, transaction);
  return new Refusal(refusal.code, refusal.detail, { ...refusal.extra, current: row ? aliasView(model, row) : null });
}
