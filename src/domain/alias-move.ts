import { chooseTarget, type RollbackTarget } from './rollback-target.js';
import { standingOnLeaving, type Standing } from './standing.js';

/** A serving alias as a move finds it. `standings` holds at least every version that could become the target. */
export interface AliasState {
  version: number | null;
  liveSince: Date | null;
  soakSeconds: number;
  target: RollbackTarget | null;
  standings: readonly Standing[];
}

// Later than every revision there is: the version that leaves now is the most recent one to have served.
export const NOT_NUMBERED_YET = Number.MAX_SAFE_INTEGER;

export interface MovePlan {
  /** Null: the alias is deleted. */
  to: number | null;
  /**
   * The standing to be written: of the version that stops serving, or of one that was cleared. Null when neither is.
   * A `leftRevision` of {@link NOT_NUMBERED_YET} stands for the revision that the change is going to take.
   */
  standing: Standing | null;
  target: RollbackTarget | null;
  targetMoves: boolean;
}

/**
 * Plans one move of a serving alias: what the leaving version becomes, and the next rollback target.
 * `rejects` says that the move is a rollback, so the leaving version is rejected.
 */
export function planMove(state: AliasState, move: { to: number | null; now: Date; rejects: boolean }): MovePlan {
  const leaving =
    state.version === null || state.liveSince === null
      ? null
      : standingOnLeaving({
          version: state.version,
          liveSince: state.liveSince,
          before: state.standings.find((s) => s.version === state.version) ?? null,
          soakSeconds: state.soakSeconds,
          now: move.now,
          revision: NOT_NUMBERED_YET,
          rejected: move.rejects,
        });
  const others = state.standings.filter((s) => s.version !== state.version);
  const target = move.to === null ? null : chooseTarget(leaving ? [...others, leaving] : others, move.to);
  return { to: move.to, standing: leaving, target, targetMoves: !sameTarget(target, state.target) };
}

/** Whether two rollback targets are the same version with the same proof. */
export function sameTarget(a: RollbackTarget | null, b: RollbackTarget | null): boolean {
  return a?.version === b?.version && a?.proven === b?.proven;
}
