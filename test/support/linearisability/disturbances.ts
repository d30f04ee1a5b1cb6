import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Random } from './random.js';
import type { ReplicaSet } from './replica-set.js';

const BETWEEN_KILLS_MS = [800, 3_000] as const;
const DOWN_MS = [0, 800] as const;
const BETWEEN_CUTS_MS = [50, 500] as const;

/** Whose connections are cut: those in the middle of a statement or transaction, those that wait for notifications, or any. */
const WHOSE = {
  busy: `state <> 'idle' AND query NOT LIKE 'LISTEN%'`,
  listening: `query LIKE 'LISTEN%'`,
  any: 'true',
};

/** What was done to the replicas and their connections. */
export interface Damage {
  kills: number;
  cuts: number;
}

/** Kills replicas and cuts connections at random until `signal` fires, then brings every replica back. */
export async function disturb(
  replicas: ReplicaSet,
  databaseUrl: string,
  seed: number,
  signal: AbortSignal,
): Promise<Damage> {
  const damage = { kills: 0, cuts: 0 };
  await Promise.all([
    kill(replicas, new Random(seed), signal, damage),
    cut(databaseUrl, new Random(seed + 1), signal, damage),
  ]);
  return damage;
}

// One always stays up, or the clients would have nobody to ask.
async function kill(replicas: ReplicaSet, random: Random, signal: AbortSignal, damage: Damage): Promise<void> {
  const restarts: Promise<void>[] = [];
  while (await pause(random, BETWEEN_KILLS_MS, signal)) {
    if (replicas.living.length < 2) continue;
    const { slot } = random.pick(replicas.living);
    damage.kills += 1;
    restarts.push(replicas.replace(slot, random.whole(...DOWN_MS)));
  }
  await Promise.all(restarts);
}

async function cut(databaseUrl: string, random: Random, signal: AbortSignal, damage: Damage): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    while (await pause(random, BETWEEN_CUTS_MS, signal)) {
      const whose = WHOSE[random.weighted({ busy: 5, listening: 1, any: 3 })];
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND ${whose}
         ORDER BY random() LIMIT $1`,
        [random.whole(1, 3)],
      );
      damage.cuts += rowCount ?? 0;
    }
  } finally {
    await client.end();
  }
}

/** Waits a random while; false once the signal has fired. */
async function pause(random: Random, range: readonly [number, number], signal: AbortSignal): Promise<boolean> {
  await sleep(random.whole(...range), undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
