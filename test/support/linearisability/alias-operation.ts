import type { Operation } from './operation.js';

/** What may be asked of an alias. `ifRevision` and `from` are null where the request named none. */
export type AliasInput =
  | { readonly kind: 'move'; readonly version: number; readonly ifRevision: number | null }
  | { readonly kind: 'rollBack'; readonly from: number | null }
  | { readonly kind: 'clear'; readonly version: number }
  | { readonly kind: 'read' };

/** An alias as far as an answer shows it. */
export interface Shown {
  readonly version: number;
  readonly revision?: number;
  /** The rollback target; null where the answer says that there is none. */
  readonly target?: number | null;
  /** In ascending order. */
  readonly rejected?: readonly number[];
}

/** Refusals that say something about the alias's state. */
export const REFUSALS = [
  'revision-stale',
  'version-rejected',
  'version-not-rejected',
  'no-rollback-target',
  'from-not-live',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** What an alias answered. */
export type AliasResult =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'rolledBack'; readonly from: number; readonly to: number; readonly revision: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly shown: Shown | null }
  /** No answer came, but the alias's own history has it: it was done, and changed the alias to this revision. */
  | { readonly kind: 'written'; readonly revision: number };

export type AliasOperation = Operation<AliasInput, AliasResult>;
