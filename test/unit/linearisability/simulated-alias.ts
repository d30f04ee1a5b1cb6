import { planMove, type AliasState, type MovePlan } from '../../../src/domain/alias-move.js';
import { planClear } from '../../../src/domain/clear-rejection.js';
import { chooseTarget } from '../../../src/domain/rollback-target.js';
import type { AliasInput, AliasResult, RefusalCode } from '../../support/linearisability/alias-operation.js';
import { ascending } from '../../support/linearisability/alias-state.js';

// All at one instant, so nothing ever soaks.
const NOW = new Date(0);

/** A real alias in miniature: the domain's own rules, one operation at a time. It begins at v1, revision 1. */
export class SimulatedAlias {
  version = 1;
  revision = 1;
  private state: AliasState = { version: 1, liveSince: NOW, soakSeconds: 60, target: null, standings: [] };
  private lastRollback: { from: number; to: number; revision: number } | null = null;

  perform(input: AliasInput): AliasResult {
    if (input.kind === 'rollBack') return this.rollBack(input.from);
    if (input.kind === 'read') return this.shown();
    if (input.kind === 'clear') {
      const plan = planClear(this.state, input.version);
      return plan ? this.write(plan) : refused('version-not-rejected');
    }
    const { version, ifRevision } = input;
    if (ifRevision !== null && ifRevision !== this.revision) {
      return { ...this.shown(), kind: 'refused', code: 'revision-stale' };
    }
    if (version === this.version) return this.shown();
    if (this.rejected.includes(version)) return refused('version-rejected');
    this.lastRollback = null;
    return this.write(planMove(this.state, { to: version, now: NOW, rejects: false }));
  }

  private rollBack(from: number | null): AliasResult {
    if (from !== null && from !== this.version) {
      const again = this.lastRollback?.from === from ? this.lastRollback : null;
      if (again) return { kind: 'rolledBack', ...again };
      return { kind: 'refused', code: 'from-not-live', shown: { version: this.version } };
    }
    const target = chooseTarget(this.state.standings, this.version);
    if (!target) return refused('no-rollback-target');
    const left = this.version;
    this.write(planMove(this.state, { to: target.version, now: NOW, rejects: true }));
    this.lastRollback = { from: left, to: target.version, revision: this.revision };
    return { kind: 'rolledBack', ...this.lastRollback };
  }

  private write({ to, standing, target, targetMoves }: MovePlan): AliasResult & { kind: 'shown' } {
    this.version = to ?? this.version;
    this.revision += targetMoves ? 2 : 1;
    const others = this.state.standings.filter((one) => one.version !== standing?.version);
    const leftRevision = Math.min(standing?.leftRevision ?? 0, this.revision);
    const standings = standing ? [...others, { ...standing, leftRevision }] : others;
    this.state = { ...this.state, version: to, target, standings };
    return this.shown();
  }

  private get rejected(): number[] {
    return ascending(this.state.standings.flatMap((one) => (one.rejectedAt ? [one.version] : [])));
  }

  private shown(): AliasResult & { kind: 'shown' } {
    const { version, revision, rejected, state } = this;
    return { kind: 'shown', shown: { version, revision, target: state.target?.version ?? null, rejected } };
  }
}

function refused(code: RefusalCode): AliasResult {
  return { kind: 'refused', code, shown: null };
}
