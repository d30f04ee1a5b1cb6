import type { RollbackTarget } from '../../../src/domain/rollback-target.js';
import type { Happened } from './alias-world.js';

/** What the rule says of one version, told from the whole history anew. */
interface Told {
  served: boolean;
  lastServed: number;
  proven: boolean;
  rejected: boolean;
}

/** What is to be known of a version under the alias, by reading its history from the first line to the last. */
export function told(history: Happened[], version: number): Told {
  const found: Told = { served: false, lastServed: -1, proven: false, rejected: false };
  let window = 60;
  history.forEach((line, index) => {
    const lives = line.live === version;
    const soaked = lives && line.at - line.liveSince >= window;
    const rolledBack = lives && (line.do === 'rollBack' || line.do === 'rollBackTo');
    if (lives && line.to !== version) Object.assign(found, { served: true, lastServed: index });
    if (soaked && (line.to !== version || line.do === 'configure')) found.proven = true;
    if (rolledBack) Object.assign(found, { proven: false, rejected: true });
    if (line.do === 'clear' && line.version === version) found.rejected = false;
    if (line.do === 'declare' && line.version === version) found.proven = true;
    if (line.do === 'configure') window = line.soakSeconds;
  });
  return found;
}

/** The rollback target by the rule's own words: the last known good version, else the last that served and was not rejected. */
export function targetBy(history: Happened[], live: number | null): RollbackTarget | null {
  if (live === null) return null;
  const all = [1, 2, 3, 4, 5, 6, 7, 8].map((version) => ({ version, ...told(history, version) }));
  const eligible = all.filter((v) => v.version !== live && v.served && !v.rejected);
  const [last] = eligible.toSorted((a, b) => b.lastServed - a.lastServed);
  const [lastKnownGood] = eligible.filter((v) => v.proven).toSorted((a, b) => b.lastServed - a.lastServed);
  const chosen = lastKnownGood ?? last;
  return chosen ? { version: chosen.version, proven: chosen.proven } : null;
}
