import { sameTarget, type AliasState, type MovePlan } from './alias-move.js';
import { chooseTarget } from './rollback-target.js';

/**
 * Plans what an operator's clearing of a rejected version changes: the version's standing, and perhaps the rollback
 * target. The alias itself stays where it is. Null where the version is not rejected.
 */
export function planClear(state: AliasState, version: number): MovePlan | null {
  const rejected = state.standings.find((s) => s.version === version && s.rejectedAt !== null);
  if (!rejected) return null;
  const cleared = { ...rejected, rejectedAt: null };
  const others = state.standings.filter((s) => s.version !== version);
  const target = chooseTarget([...others, cleared], state.version);
  return { to: state.version, standing: cleared, target, targetMoves: !sameTarget(target, state.target) };
}
