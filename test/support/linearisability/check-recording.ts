import type { AliasChangeView } from '../../../src/contract/views.js';
import type { AliasName } from './alias-client.js';
import { aliasModel } from './alias-model.js';
import { freshAlias, type AliasState } from './alias-state.js';
import type { Beginning } from './beginning.js';
import { checkMemoryReads } from './memory-reads.js';
import { withRecordedOutcomes } from './recorded-outcomes.js';
import type { RecordedOperation, Recording } from './recording.js';
import { checkLinearisable } from './search.js';
import { showViolation } from './show-violation.js';
import { takenRevisions } from './taken-revisions.js';
import { checkRecord } from './written-record.js';

/** What a recording was found to be. All lists are empty where everything is in order. */
export interface Findings {
  /** One text for each alias whose history is not linearisable. */
  readonly violations: string[];
  readonly lost: string[];
  readonly wrong: string[];
  readonly memory: string[];
}

/**
 * Checks a whole recording.
 *
 * @param changes the histories of all aliases, paired ones too, each oldest first
 */
export function checkRecording(
  { operations, memoryReads }: Recording,
  beginnings: readonly Beginning[],
  changes: readonly AliasChangeView[],
): Findings {
  const violations = beginnings.flatMap(({ model, alias, version, revision }) => {
    const isOwn = ({ name }: { name: AliasName }): boolean => name.model === model && name.alias === alias;
    const own = operations.filter(isOwn);
    const taken = takenRevisions(
      own,
      operations.filter((one) => !isOwn(one)),
    );
    const search = (of: readonly RecordedOperation[]) =>
      checkLinearisable<AliasState, RecordedOperation>(of, aliasModel(freshAlias(version, revision), taken));
    let verdict = search(own);
    // Too many lost answers to try out all that they could have been: then what the history says became of them must fit.
    if (!verdict.linearisable && !verdict.exhaustive) {
      const ofIt = changes.filter((change) => change.model === model && change.alias === alias);
      verdict = search(withRecordedOutcomes(own, ofIt));
    }
    return verdict.linearisable ? [] : [showViolation(verdict)];
  });
  return { violations, ...checkRecord(operations, changes), memory: checkMemoryReads(memoryReads, changes) };
}
