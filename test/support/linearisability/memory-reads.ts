import type { AliasChangeView } from '../../../src/contract/views.js';
import { targetAliasOf } from '../../../src/domain/names.js';
import { grouped } from './grouped.js';
import type { MemoryRead } from './recording.js';

/**
 * Holds what replicas answered from memory against the histories. Such an answer may be late, but within one life of a
 * replica it never goes back, and what it shows was so at some time. Returns what does not fit.
 *
 * @param changes the histories of all aliases, paired ones too, each oldest first
 */
export function checkMemoryReads(reads: readonly MemoryRead[], changes: readonly AliasChangeView[]): string[] {
  const histories = grouped(changes, ({ model, alias }) => `${model} ${alias}`);
  const byPlace = grouped(reads, ({ life, name }) => `${name.model} ${name.alias} at replica ${life}`);
  return [...byPlace].flatMap(([place, ofPlace]) => {
    const { model, alias } = ofPlace[0]?.name ?? { model: '', alias: '' };
    const history = histories.get(`${model} ${alias}`) ?? [];
    const targets = histories.get(`${model} ${targetAliasOf(alias)}`) ?? [];
    return [...wentBack(ofPlace), ...neverSo(ofPlace, history, targets)].map((what) => `${place} ${what}`);
  });
}

function wentBack(reads: readonly MemoryRead[]): string[] {
  const byAnswer = reads.toSorted((a, b) => a.returned - b.returned);
  let answered = 0;
  let newest = 0;
  return reads
    .toSorted((a, b) => a.invoked - b.invoked)
    .flatMap(({ invoked, shown: { revision = 0 } }) => {
      for (let one = byAnswer[answered]; one && one.returned < invoked; one = byAnswer[answered]) {
        newest = Math.max(newest, one.shown.revision ?? 0);
        answered += 1;
      }
      return revision < newest ? [`went back from revision ${newest} to ${revision}`] : [];
    });
}

function neverSo(
  reads: readonly MemoryRead[],
  history: readonly AliasChangeView[],
  targets: readonly AliasChangeView[],
): string[] {
  const byRevision = new Map(history.map((change) => [change.revision, change]));
  let passed = 0;
  return reads
    .toSorted((a, b) => (a.shown.revision ?? 0) - (b.shown.revision ?? 0))
    .flatMap(({ shown }) => {
      const { version, revision = 0, target } = shown;
      // The target's change bears the lower revision of the two that one move takes.
      while ((targets[passed]?.revision ?? Infinity) < revision) passed += 1;
      const targetThen = targets[passed - 1]?.to ?? null;
      const fits = byRevision.get(revision)?.to === version && targetThen === target;
      return fits ? [] : [`showed what never was: ${JSON.stringify(shown)}`];
    });
}
