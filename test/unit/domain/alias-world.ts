import * as fc from 'fast-check';
import { NOT_NUMBERED_YET, planMove, type AliasState, type MovePlan } from '../../../src/domain/alias-move.js';
import { planSoakChange } from '../../../src/domain/change-soak.js';
import { planClear } from '../../../src/domain/clear-rejection.js';
import { planDeclaration } from '../../../src/domain/declare-known-good.js';
import { chooseTarget } from '../../../src/domain/rollback-target.js';
import type { Standing } from '../../../src/domain/standing.js';

/** Something that people do with an alias, some seconds after what they did before. */
export type Deed = { after: number } & (
  | { do: 'promote' | 'clear' | 'declare' | 'rollBackTo'; version: number }
  | { do: 'rollBack' | 'delete' }
  | { do: 'configure'; soakSeconds: number }
);

/** A deed as it came out: what served until then, and since when, in seconds. */
export type Happened = Deed & { at: number; live: number | null; liveSince: number; to: number | null };

// On both sides of every soak window that is set below, and exactly on it.
const after = fc.constantFrom(0, 1, 29, 30, 31, 59, 60, 61, 600);
const soakSeconds = fc.constantFrom(0, 30, 60);

function deedsAbout(version: fc.Arbitrary<number>): fc.Arbitrary<Deed> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('promote' as const), version, after }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('rollBack' as const), after }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'declare' as const), version, after }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('rollBackTo' as const), version, after }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), after }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('configure' as const), soakSeconds, after }) },
  );
}

/** Histories of one alias over two to eight versions: few meet each other often, many make long lists of candidates. */
export const histories = fc
  .integer({ min: 2, max: 8 })
  .chain((max) => fc.array(deedsAbout(fc.integer({ min: 1, max })), { maxLength: 40, size: 'max' }));

/** An alias as the registry keeps it: its state, changed by the plans of `domain/` alone. */
export class AliasWorld {
  state: AliasState = { version: null, liveSince: null, soakSeconds: 60, target: null, standings: [] };
  private seconds = 0;
  private revision = 0;

  /**
   * Does what the registry would do, from the part of the standings that `seen` shows; null where it would refuse.
   */
  do(deed: Deed, seen: (state: AliasState, about: number[]) => AliasState = (state) => state): Happened | null {
    this.seconds += deed.after;
    const { version: live } = this.state;
    const happened = { at: this.seconds, live, liveSince: (this.state.liveSince?.getTime() ?? 0) / 1000 };
    const plan = planOf(seen(this.state, 'version' in deed ? [deed.version] : []), deed, new Date(this.seconds * 1000));
    if (plan === null) return null;
    this.write(plan);
    if (deed.do === 'configure') this.state = { ...this.state, soakSeconds: deed.soakSeconds };
    return { ...deed, ...happened, to: plan.to };
  }

  private write({ to, standing, target }: MovePlan): void {
    this.revision += 1;
    const { version: from, liveSince, standings } = this.state;
    const kept = standings.filter((s) => s.version !== standing?.version);
    const numbered = standing && {
      ...standing,
      leftRevision: standing.leftRevision === NOT_NUMBERED_YET ? this.revision : standing.leftRevision,
    };
    this.state = {
      ...this.state,
      version: to,
      liveSince: to === from ? liveSince : to === null ? null : new Date(this.seconds * 1000),
      target,
      standings: numbered ? [...kept, numbered] : kept,
    };
  }
}

type Planner<D> = (state: AliasState, deed: D, now: Date) => MovePlan | null;

/** The plan for a deed, or null where the registry would refuse it or would have nothing to do. */
export const planOf: Planner<Deed> = (state, deed, now) => {
  if (deed.do === 'promote') return planPromotion(state, deed.version, now);
  return state.version === null ? null : planWhileLive(state, deed, now);
};

function planPromotion(state: AliasState, to: number, now: Date): MovePlan | null {
  const rejected = state.standings.some((s) => s.version === to && s.rejectedAt !== null);
  return rejected || state.version === to ? null : planMove(state, { to, now, rejects: false });
}

const planWhileLive: Planner<Deed> = (state, deed, now) => {
  if (deed.do === 'clear') return planClear(state, deed.version);
  if (deed.do === 'declare') return planDeclaration(state, deed.version, now);
  if (deed.do === 'configure') return planSoakChange(state, now);
  if (deed.do === 'delete') return planMove(state, { to: null, now, rejects: false });
  const to = 'version' in deed ? deed.version : (chooseTarget(state.standings, state.version)?.version ?? null);
  return to === null || to === state.version ? null : planMove(state, { to, now, rejects: true });
};

const newestThree = (standings: Standing[]) =>
  standings.toSorted((a, b) => b.leftRevision - a.leftRevision).slice(0, 3);

/** The few standings that the registry reads for a move: three of each kind, the live version's, and those asked about. */
export function boundedBy(state: AliasState, about: number[]): AliasState {
  const unrejected = state.standings.filter((s) => s.rejectedAt === null);
  const named = state.standings.filter((s) => s.version === state.version || about.includes(s.version));
  const proven = unrejected.filter((s) => s.knownGoodAt !== null);
  return { ...state, standings: [...new Set([...newestThree(proven), ...newestThree(unrejected), ...named])] };
}
