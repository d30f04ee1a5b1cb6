import type { MovePlan } from '../../domain/alias-move.js';
import type { AliasAction, AliasChangeView } from '../../contract/views.js';

/** A planned change of a locked alias, and who wants it. */
export interface AliasWrite {
  plan: MovePlan;
  action: AliasAction;
  about?: AliasChangeView['about'];
  reason: string;
  actor: string;
}
