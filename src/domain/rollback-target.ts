import type { Standing } from './standing.js';

/** The version a rollback would return to, and whether a whole soak window stands behind it. */
export interface RollbackTarget {
  version: number;
  /** False: it served and was not rejected, but never soaked; shown as *unproven* wherever it appears. */
  proven: boolean;
}

/**
 * The rollback target while `live` serves: the most recently served version that is known good, else the most recently
 * served one that was not rejected, else null. Never `live` itself, never a rejected version.
 */
export function chooseTarget(standings: readonly Standing[], live: number | null): RollbackTarget | null {
  const eligible = standings.filter((s) => s.version !== live && s.rejectedAt === null);
  const proven = latest(eligible.filter((s) => s.knownGoodAt !== null));
  if (proven) return { version: proven.version, proven: true };
  const unproven = latest(eligible);
  return unproven && { version: unproven.version, proven: false };
}

function latest(standings: readonly Standing[]): Standing | null {
  return standings.reduce<Standing | null>((best, s) => (best && best.leftRevision >= s.leftRevision ? best : s), null);
}
