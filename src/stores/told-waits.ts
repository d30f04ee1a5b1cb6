import type { WaitBegun } from './endpoint-patience.js';

const QUIET_MS = 5 * 60_000;
const REMEMBERED = 100;

/**
 * Tells a log which endpoints asked to be left alone, each at once and then at most every five minutes: one that lets a
 * few requests through each second would fill the log.
 */
export function tellingWaits(warn: (fields: object, message: string) => void): (wait: WaitBegun) => void {
  const told = new Map<string, { at: number; since: number }>();
  return ({ endpoint, until }) => {
    const last = told.get(endpoint);
    if (last !== undefined && performance.now() - last.at < QUIET_MS) {
      last.since += 1;
      return;
    }
    // Names of hosts come from users' URIs, and the memory of them must not grow.
    if (last === undefined && told.size >= REMEMBERED) told.clear();
    told.set(endpoint, { at: performance.now(), since: 0 });
    const times = (last?.since ?? 0) + 1;
    warn({ endpoint, until, times }, `${endpoint} asked to be left alone, and is until ${until.toISOString()}`);
  };
}
