import type { AliasOperation } from './alias-operation.js';

/**
 * The revisions that no lost answer of an alias can have borne: those that its own answers say were their doing, and all
 * that other aliases were seen at. A move that found the alias where it wanted it, or a rollback done before, shows a
 * revision that another made.
 */
export function takenRevisions(own: readonly AliasOperation[], others: readonly AliasOperation[]): Set<number> {
  return new Set([...own.filter(madeWhatItShows), ...others].flatMap((one) => shownRevision(one) ?? []));
}

/** The revision that an answer says the alias was or came to be at; null where it says none. */
export function shownRevision({ result }: AliasOperation): number | null {
  if (result?.kind === 'rolledBack' || result?.kind === 'written') return result.revision;
  return result?.shown?.revision ?? null;
}

function madeWhatItShows({ input, result }: AliasOperation): boolean {
  if (result?.kind !== 'shown') return false;
  if (input.kind === 'clear') return true;
  return input.kind === 'move' && input.ifRevision !== null && input.ifRevision !== result.shown.revision;
}
