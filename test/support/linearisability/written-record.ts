import type { AliasChangeView } from '../../../src/contract/views.js';
import type { AliasResult } from './alias-operation.js';
import { operationOf, type RecordedOperation } from './recording.js';

/** What the histories say about the operations. All three are empty or zero where everything is in order. */
export interface RecordFindings {
  /** Changes that a client was told of and that no history holds. */
  readonly lost: string[];
  /** Whatever else does not fit. */
  readonly wrong: string[];
}

/**
 * Holds every alias's history, and all of them together, against what the clients were told: each acknowledged change is
 * there, each change belongs to one operation that may have made it, revisions are unique and none is missing.
 *
 * @param changes the histories of all aliases, paired ones too, each oldest first
 */
export function checkRecord(
  operations: readonly RecordedOperation[],
  changes: readonly AliasChangeView[],
): RecordFindings {
  const byRevision = new Map(changes.map((change) => [change.revision, change]));
  return {
    lost: operations.flatMap((one) => lostChange(one, byRevision)),
    wrong: [...gaps(changes), ...brokenChains(changes), ...unexplained(operations, changes)],
  };
}

/** The revision that an answer bears, where the answer says that the alias was or came to be there. */
function acknowledged(result: AliasResult | null): { revision: number; version: number } | null {
  if (result?.kind === 'rolledBack') return { revision: result.revision, version: result.to };
  if (result?.kind !== 'shown' || result.shown.revision === undefined) return null;
  return { revision: result.shown.revision, version: result.shown.version };
}

function lostChange(
  { id, name, result }: RecordedOperation,
  byRevision: ReadonlyMap<number, AliasChangeView>,
): string[] {
  const told = acknowledged(result);
  if (!told) return [];
  const found = byRevision.get(told.revision);
  const fits = found?.model === name.model && found.alias === name.alias && found.to === told.version;
  return fits
    ? []
    : [
        `operation ${id} was told that ${name.model} ${name.alias} is at v${told.version}, revision ${told.revision}; ` +
          `the history has ${found ? line(found) : 'no such revision'}`,
      ];
}

function gaps(changes: readonly AliasChangeView[]): string[] {
  const revisions = changes.map((change) => change.revision).toSorted((a, b) => a - b);
  return revisions
    .flatMap((revision, index) =>
      revision === index + 1 ? [] : [`revision ${index + 1} is missing or there twice: ${revision} is in its place`],
    )
    .slice(0, 1);
}

function brokenChains(changes: readonly AliasChangeView[]): string[] {
  const last = new Map<string, AliasChangeView>();
  return changes.flatMap((change) => {
    const key = `${change.model} ${change.alias}`;
    const before = last.get(key);
    last.set(key, change);
    if (before && before.revision >= change.revision) return [`${line(change)} follows ${line(before)}`];
    return (before?.to ?? null) === change.from
      ? []
      : [`${line(change)} does not begin where ${before ? line(before) : 'nothing'} ended`];
  });
}

function unexplained(operations: readonly RecordedOperation[], changes: readonly AliasChangeView[]): string[] {
  const byId = new Map(operations.map((one) => [one.id, one]));
  const made = new Map<number, AliasChangeView>();
  return changes.flatMap((change) => {
    const id = operationOf(change.reason);
    if (id === null || change.action === 'retarget') return [];
    const earlier = made.get(id);
    made.set(id, change);
    if (earlier) return [`operation ${id} happened twice: ${line(earlier)} and ${line(change)}`];
    const operation = byId.get(id);
    return operation ? mistold(operation, change) : [`${line(change)} was asked for by nobody`];
  });
}

/** What an operation was told, against the change that it made. */
function mistold({ id, input, name, result, saysUnchanged }: RecordedOperation, change: AliasChangeView): string[] {
  const told = acknowledged(result);
  const action = { move: 'promote', rollBack: 'rollback', clear: 'clear', read: null }[input.kind];
  if (change.action !== action || change.alias !== name.alias || change.model !== name.model) {
    return [`${line(change)} is not what operation ${id} asked for: ${JSON.stringify(input)} of ${name.alias}`];
  }
  if (saysUnchanged) return [`operation ${id} was told that nothing was changed, but: ${line(change)}`];
  if (result === null || told?.revision === change.revision) return [];
  return [`operation ${id} was told ${JSON.stringify(result)}, but: ${line(change)}`];
}

function line({ revision, model, alias, action, from, to, reason }: AliasChangeView): string {
  return `${revision}: ${model} ${alias} ${action} v${from} to v${to} (${reason})`;
}
