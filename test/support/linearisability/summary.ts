import type { Findings } from './check-recording.js';
import type { Damage } from './disturbances.js';
import { grouped } from './grouped.js';
import type { Recording } from './recording.js';

/** What was done and checked, for a person to read. */
export function summary(
  recording: Recording,
  damage: Damage & { failedStarts: number },
  { violations, lost, wrong, memory }: Findings,
  seed: number,
): string {
  const { operations, memoryReads, unsent, unanswered, causes } = recording;
  const kinds = grouped(operations, ({ input, path, result }) => {
    const kind = input.kind === 'move' && input.ifRevision !== null ? 'compareAndMove' : input.kind;
    const outcome = result === null ? 'unknown' : result.kind === 'refused' ? result.code : 'done';
    return kind === 'read' ? `read (${path})` : `${kind}: ${outcome}`;
  });
  const unknown = operations.filter(({ result }) => result === null).length;
  return [
    `linearisability: ${recording.count} operations checked, ${unknown} of them unknown; seed ${seed}`,
    ...counted([...kinds].map(([kind, group]) => [kind, group.length] as const)),
    ...counted([['resolve from memory', memoryReads.length]]),
    `  ${damage.kills} replicas killed; ${damage.ended + damage.brokenAtCommit} connections cut, ` +
      `${damage.brokenAtCommit} of them during a commit; ${damage.failedStarts} starts cut off`,
    `  ${unanswered} reads unanswered, ${unsent} requests unsent`,
    `  ${violations.length} violations, ${lost.length} acknowledged moves lost, ` +
      `${wrong.length + memory.length} other findings`,
    '  why answers were lost:',
    ...counted(causes),
  ].join('\n');
}

function counted(entries: Iterable<readonly [string, number]>): string[] {
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([what, count]) => `  ${String(count).padStart(6)} ${what}`);
}
