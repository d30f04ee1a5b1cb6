import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { CuttableLine } from './cuttable-line.js';
import { Random } from './random.js';
import type { Recording } from './recording.js';
import type { ReplicaSet } from './replica-set.js';

const BETWEEN_KILLS_MS = [800, 3_000] as const;
const DOWN_MS = [0, 800] as const;
// In operations, since a slow machine with as many cuts a second as a fast one would get nothing else done.
const BETWEEN_CUTS = [10, 80] as const;
const LOOK_EVERY_MS = 20;

/** Whose connections are cut: those in the middle of a statement or transaction, those that wait for notifications, or any. */
const WHOSE = {
  busy: `state <> 'idle' AND query NOT LIKE 'LISTEN%'`,
  listening: `query LIKE 'LISTEN%'`,
  any: 'true',
};

/** What can be disturbed: the replicas, the line that leads from them to the database, and the database itself. */
export interface Disturbed {
  readonly replicas: ReplicaSet;
  readonly line: CuttableLine;
  /** Not through the line. */
  readonly databaseUrl: string;
  /** Tells how fast the clients get on. */
  readonly recording: Recording;
}

/** What was done to the replicas and their connections. */
export interface Damage {
  readonly kills: number;
  /** Connections that the server ended. */
  readonly ended: number;
  /** Connections that broke during a commit. */
  readonly brokenAtCommit: number;
}

/** Kills replicas and cuts connections at random until `signal` fires, then brings every replica back. */
export async function disturb(disturbed: Disturbed, seed: number, signal: AbortSignal): Promise<Damage> {
  const [kills, ended] = await Promise.all([
    kill(disturbed.replicas, new Random(seed), signal),
    endConnections(disturbed, new Random(seed + 1), signal),
    breakAtCommits(disturbed, new Random(seed + 2), signal),
  ]);
  return { kills, ended, brokenAtCommit: disturbed.line.cuts };
}

async function kill(replicas: ReplicaSet, random: Random, signal: AbortSignal): Promise<number> {
  const restarts: Promise<void>[] = [];
  for (;;) {
    await sleep(random.whole(...BETWEEN_KILLS_MS), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    // One always stays up, or the clients would have nobody to ask.
    if (replicas.living.length < 2) continue;
    restarts.push(replicas.replace(random.pick(replicas.living).slot, random.whole(...DOWN_MS)));
  }
  await Promise.all(restarts);
  return restarts.length;
}

async function endConnections(
  { databaseUrl, recording }: Disturbed,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  let ended = 0;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    while (await meanwhile(recording, random.whole(...BETWEEN_CUTS), signal)) {
      const whose = WHOSE[random.weighted({ busy: 5, listening: 2, any: 3 })];
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND ${whose}
         ORDER BY random() LIMIT $1`,
        [random.whole(1, 3)],
      );
      ended += rowCount ?? 0;
    }
  } finally {
    await client.end();
  }
  return ended;
}

async function breakAtCommits({ line, recording }: Disturbed, random: Random, signal: AbortSignal): Promise<void> {
  while (await meanwhile(recording, random.whole(...BETWEEN_CUTS), signal)) {
    line.cutAtCommit(random.pick(['request', 'answer']));
  }
}

/** Waits until the clients have done so many operations; false once the signal has fired. */
async function meanwhile(recording: Recording, operations: number, signal: AbortSignal): Promise<boolean> {
  const enough = recording.count + operations;
  while (recording.count < enough && !signal.aborted) await sleep(LOOK_EVERY_MS);
  return !signal.aborted;
}
