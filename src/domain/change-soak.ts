import type { AliasState, MovePlan } from './alias-move.js';
import { knownGoodSince } from './standing.js';

/**
 * Plans what a new soak window must not take away: a live version that has soaked by the old window keeps that, in
 * writing, since from now on only the new window can be computed. Nothing else changes.
 */
export function planSoakChange(state: AliasState, now: Date): MovePlan {
  const nothing: MovePlan = { to: state.version, standing: null, target: state.target, targetMoves: false };
  if (state.version === null || state.liveSince === null) return nothing;
  const before = state.standings.find((s) => s.version === state.version) ?? null;
  const earned = knownGoodSince(state.liveSince, state.soakSeconds, now);
  if (earned === null || before?.knownGoodAt) return nothing;
  const { leftRevision = 0, rejectedAt = null } = before ?? {};
  return { ...nothing, standing: { version: state.version, leftRevision, knownGoodAt: earned, rejectedAt } };
}
