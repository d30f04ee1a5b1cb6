import type { AliasChangeView } from '../../../src/contract/views.js';
import type { AliasOperation } from './alias-operation.js';
import { operationOf, type RecordedOperation } from './recording.js';

/**
 * The operations of one alias, with what the histories tell of those whose answers were lost: each bears its number as its
 * reason, so it was done at the revision of that line, and is left out where there is none. Only right once nothing is open.
 */
export function withRecordedOutcomes(
  own: readonly RecordedOperation[],
  changes: readonly AliasChangeView[],
): RecordedOperation[] {
  // A rollback sets the paired alias too, with the same reason.
  const changed = changes.filter(({ action }) => action !== 'retarget');
  return withOutcomes(own, new Map(changed.map(({ reason, revision }) => [operationOf(reason), revision])));
}

/** The same, where it is known by the operations' numbers at which revision each was done that changed something. */
export function withOutcomes<Op extends AliasOperation>(
  own: readonly Op[],
  written: ReadonlyMap<number | null, number>,
): Op[] {
  return own.flatMap((one): Op[] => {
    if (one.result !== null) return [one];
    const revision = written.get(one.id);
    return revision === undefined ? [] : [{ ...one, result: { kind: 'written', revision } }];
  });
}
