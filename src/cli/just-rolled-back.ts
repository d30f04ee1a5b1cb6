import type { AliasView, LastgoodClient, RollbackView } from '../client/index.js';

/** How long after a rollback another one is taken for the same alarm pressed twice, in milliseconds. */
const SAME_ALARM_MS = 60_000;

/**
 * The rollback that made the live version live within the last minute, if one did. Only a courtesy to whoever presses
 * second: when it cannot be read, the rollback goes on without it.
 */
export async function justRolledBack(client: LastgoodClient, live: AliasView, now: Date): Promise<RollbackView | null> {
  // The clocks of two machines differ, so "in the future" is "just now".
  if (now.getTime() - Date.parse(live.liveSince) > SAME_ALARM_MS) return null;
  const page = await client
    .listRollbacks(live.model, live.alias, { pageSize: 1 }, { timeoutMs: 2_000, retries: 0 })
    .catch(() => null);
  const last = page?.items[0];
  if (last === undefined || last.to !== live.version) return null;
  return Date.parse(last.timeline.committedAt) >= Date.parse(live.liveSince) ? last : null;
}
