import type { AliasOperation, AliasInput, AliasResult, RefusalCode, Shown } from './alias-operation.js';
import type { AliasState } from './alias-state.js';
import { atRevision, cleared, moved, narrowed, revisionsTaken, targetOf } from './alias-state.js';
import type { Model } from './operation.js';

/** One way an operation can go in a state: what it answers, and the alias afterwards. */
interface Outcome {
  readonly answer: 'shown' | 'rolledBack' | 'rolledBackBefore' | RefusalCode;
  readonly state: AliasState;
}

/**
 * The promise of an alias: a register with compare-and-set by revision and an undo that is done once.
 *
 * @param taken revisions that are known to be other changes', of whatever alias; a change whose answer was lost took none
 * of them
 */
export function aliasModel(initial: AliasState, taken: ReadonlySet<number>): Model<AliasState, AliasOperation> {
  return {
    initial,
    apply: (state, { input, result }) => (result === null ? unheard(state, input, taken) : heard(state, input, result)),
    key: ({ version, revision, served, rejected, undone }) =>
      JSON.stringify([version, revision.least, revision.exact, served, rejected, undone]),
    level: (state) => state.revision.least,
    ceiling: ({ result }) => {
      if (result?.kind === 'written') return result.revision;
      return result && 'shown' in result ? (result.shown?.revision ?? Infinity) : Infinity;
    },
  };
}

function heard(state: AliasState, input: AliasInput, result: AliasResult): AliasState | null {
  for (const outcome of outcomes(state, input)) {
    const agreed = agreedState(state, outcome, input, result);
    if (agreed) return agreed;
  }
  return null;
}

function unheard(state: AliasState, input: AliasInput, taken: ReadonlySet<number>): AliasState | null {
  const changed = outcomes(state, input).find((one) => one.state.revision.least > state.revision.least);
  if (!changed) return null;
  const free = revisionsTaken(state, changed.state) === 1 ? [0] : [0, 1];
  let { least } = changed.state.revision;
  while (free.some((below) => taken.has(least - below))) least += 1;
  return { ...changed.state, revision: { least, exact: false } };
}

function outcomes(state: AliasState, input: AliasInput): Outcome[] {
  if (input.kind === 'read') return [{ answer: 'shown', state }];
  if (input.kind === 'rollBack') return [rollBack(state, input.from)];
  if (input.kind === 'clear') return [clear(state, input.version)];
  const { version, ifRevision } = input;
  return ifRevision === null ? [move(state, version)] : compareAndMove(state, version, ifRevision);
}

function compareAndMove(state: AliasState, version: number, ifRevision: number): Outcome[] {
  const matching = atRevision(state, ifRevision);
  const stale: Outcome = { answer: 'revision-stale', state };
  if (!matching) return [stale];
  return state.revision.exact ? [move(matching, version)] : [move(matching, version), stale];
}

function move(state: AliasState, version: number): Outcome {
  if (version === state.version) return { answer: 'shown', state };
  if (state.rejected.includes(version)) return { answer: 'version-rejected', state };
  return { answer: 'shown', state: moved(state, version, 'promoted') };
}

function clear(state: AliasState, version: number): Outcome {
  if (!state.rejected.includes(version)) return { answer: 'version-not-rejected', state };
  return { answer: 'shown', state: cleared(state, version) };
}

function rollBack(state: AliasState, from: number | null): Outcome {
  if (from !== null && from !== state.version) {
    return { answer: state.undone?.from === from ? 'rolledBackBefore' : 'from-not-live', state };
  }
  const target = targetOf(state);
  if (target === null) return { answer: 'no-rollback-target', state };
  return { answer: 'rolledBack', state: moved(state, target, 'rolled back') };
}

/** The state behind an outcome once the answer has told more of it, or null where the answer contradicts it. */
function agreedState(
  before: AliasState,
  { answer, state }: Outcome,
  input: AliasInput,
  result: AliasResult,
): AliasState | null {
  if (result.kind === 'written') {
    return state.revision.least > before.revision.least ? atRevision(state, result.revision) : null;
  }
  if (result.kind === 'rolledBack') {
    const { from, to, revision } = result;
    if (to !== state.version || from !== state.undone?.from) return null;
    if (answer === 'rolledBack') return from === before.version ? atRevision(state, revision) : null;
    return answer === 'rolledBackBefore' ? knownUndo(state, from, revision) : null;
  }
  if (answer !== (result.kind === 'refused' ? result.code : 'shown')) return null;
  if (result.shown === null) return state;
  // What was refused for being elsewhere cannot have been there.
  const refusedAt = input.kind === 'move' && answer === 'revision-stale' ? input.ifRevision : null;
  return refusedAt !== null && refusedAt === result.shown.revision ? null : asShown(state, result.shown);
}

function knownUndo(state: AliasState, from: number, revision: number): AliasState | null {
  const earlier = state.undone?.revision ?? null;
  if (earlier === null) return atRevision(state, revision);
  const known = narrowed(earlier, revision);
  return known && { ...state, undone: { from, revision: known } };
}

function asShown(state: AliasState, { version, revision, target, rejected }: Shown): AliasState | null {
  if (version !== state.version) return null;
  if (target !== undefined && target !== targetOf(state)) return null;
  if (rejected !== undefined && rejected.join() !== state.rejected.join()) return null;
  return revision === undefined ? state : atRevision(state, revision);
}
