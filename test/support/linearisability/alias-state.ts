/**
 * A revision as far as the answers so far tell it. A change whose answer was lost took some revision; which, only a later
 * answer says.
 */
export interface Revision {
  readonly least: number;
  readonly exact: boolean;
}

/** One alias, with all that decides what it answers. */
export interface AliasState {
  readonly version: number;
  readonly revision: Revision;
  /** Versions that have served and stopped, the latest last. One that serves again keeps its place until it stops. */
  readonly served: readonly number[];
  /** In ascending order. */
  readonly rejected: readonly number[];
  /** The rollback that brought the alias here, if one did: what it left, and its revision where that is not the alias's. */
  readonly undone: { readonly from: number; readonly revision: Revision | null } | null;
}

/** An alias that has only ever pointed at one version. */
export function freshAlias(version: number, revision: number): AliasState {
  return { version, revision: { least: revision, exact: true }, served: [], rejected: [], undone: null };
}

/** The version that a rollback goes to: the latest that served and was not rejected. Nothing soaks during a test. */
export function targetOf({ version, served, rejected }: AliasState): number | null {
  return served.findLast((one) => one !== version && !rejected.includes(one)) ?? null;
}

/** The alias after its live version gave way to another. Its revision is one or, with the target's, two further. */
export function moved(state: AliasState, to: number, how: 'promoted' | 'rolled back'): AliasState {
  const { version: from, served, rejected } = state;
  const next = {
    ...state,
    version: to,
    served: [...served.filter((one) => one !== from), from],
    rejected: how === 'rolled back' ? ascending([...rejected, from]) : rejected,
    undone: how === 'rolled back' ? { from, revision: null } : null,
  };
  return { ...next, revision: after(state, next) };
}

/** The alias after an operator lifted a rejection. */
export function cleared(state: AliasState, version: number): AliasState {
  const { undone, rejected, revision } = state;
  const next = {
    ...state,
    rejected: rejected.filter((one) => one !== version),
    undone: undone && { from: undone.from, revision: undone.revision ?? revision },
  };
  return { ...next, revision: after(state, next) };
}

/** How many revisions lead from one state to the next: the rollback target takes one of its own. */
export function revisionsTaken(before: AliasState, next: AliasState): 1 | 2 {
  return targetOf(before) === targetOf(next) ? 1 : 2;
}

/** The state with its revision known, or null where it cannot be that one. */
export function atRevision(state: AliasState, revision: number): AliasState | null {
  const known = narrowed(state.revision, revision);
  return known && { ...state, revision: known };
}

/** A revision that is now known, or null where it cannot be that one. */
export function narrowed({ least, exact }: Revision, revision: number): Revision | null {
  return (exact ? least === revision : least <= revision) ? { least: revision, exact: true } : null;
}

/** A copy in ascending order. */
export function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

function after(before: AliasState, next: AliasState): Revision {
  return { least: before.revision.least + revisionsTaken(before, next), exact: false };
}
