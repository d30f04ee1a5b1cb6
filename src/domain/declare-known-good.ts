import { sameTarget, type AliasState, type MovePlan } from './alias-move.js';
import { chooseTarget } from './rollback-target.js';
import type { Standing } from './standing.js';

/**
 * Plans an operator's word that a version is known good although no soak window of ours stands behind it: the way in
 * for a model that served before Lastgood watched it. The alias stays where it is; the rollback target may change.
 * Null where the version never served under the alias, or is rejected there.
 */
export function planDeclaration(state: AliasState, version: number, now: Date): MovePlan | null {
  const before = state.standings.find((s) => s.version === version) ?? null;
  if (before === null ? version !== state.version : before.rejectedAt !== null) return null;
  const declared: Standing = {
    version,
    // Zero: it has not left yet. Leaving sets the real one.
    leftRevision: before?.leftRevision ?? 0,
    knownGoodAt: before?.knownGoodAt ?? now,
    rejectedAt: null,
  };
  const others = state.standings.filter((s) => s.version !== version);
  const target = chooseTarget([...others, declared], state.version);
  return { to: state.version, standing: declared, target, targetMoves: !sameTarget(target, state.target) };
}
