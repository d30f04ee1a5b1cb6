import type { AliasChangeView } from '../../../src/contract/views.js';
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
  const written = new Map(changed.map(({ reason, revision }) => [operationOf(reason), revision]));
  return own.flatMap((one): RecordedOperation[] => {
    if (one.result !== null) return [one];
    const revision = written.get(one.id);
    return revision === undefined ? [] : [{ ...one, result: { kind: 'written', revision } }];
  });
}
