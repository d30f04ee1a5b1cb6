import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { beginAliases } from '../support/linearisability/beginning.js';
import { checkRecording } from '../support/linearisability/check-recording.js';
import { CuttableLine } from '../support/linearisability/cuttable-line.js';
import { disturb } from '../support/linearisability/disturbances.js';
import { Random } from '../support/linearisability/random.js';
import { Recording } from '../support/linearisability/recording.js';
import { ReplicaSet } from '../support/linearisability/replica-set.js';
import { settle } from '../support/linearisability/settling.js';
import { summary } from '../support/linearisability/summary.js';
import { WorkloadClient } from '../support/linearisability/workload.js';
import { testFolder } from '../support/run-folder.js';

const SECONDS = Number(process.env.LINEARISABILITY_SECONDS ?? 25);
const SEED = Number(process.env.LINEARISABILITY_SEED ?? Date.now() % 1_000_000);
/** So many operations, of which each tenth to eightieth is disturbed. */
const LEAST = 500;
const REPLICAS = 3;
const CLIENTS = 24;
const VERSIONS = 12;
const NAMES = ['speech', 'ranking'].flatMap((model) => ['production', 'staging'].map((alias) => ({ model, alias })));

/** Fires once the time is over, and enough happened in it: on a busy machine that takes longer. */
function signalOnce(recording: Recording): AbortSignal {
  const over = new AbortController();
  const end = Date.now() + SECONDS * 1000;
  const timer = setInterval(() => {
    if (Date.now() < end || recording.count < LEAST) return;
    clearInterval(timer);
    over.abort();
  }, 100);
  return over.signal;
}

describe('several replicas under many clients, with replicas killed and connections cut', () => {
  let database: TestDatabase;
  let dataDir: string;
  let line: CuttableLine;
  let replicas: ReplicaSet;

  beforeAll(async () => {
    database = await createTestDatabase();
    line = await CuttableLine.open(database.url);
    dataDir = await testFolder('linearisability');
    replicas = await ReplicaSet.start(REPLICAS, {
      DATABASE_URL: line.url,
      LASTGOOD_DATA: dataDir,
      // Longer than any run, so that nothing is known good and only the operations decide.
      LASTGOOD_SOAK_WINDOW_SECONDS: '86400',
    });
  });
  afterAll(async () => {
    await replicas?.end();
    await line?.close();
    await database?.drop();
  });

  it(
    'answer as one register with compare-and-set an alias, and lose no acknowledged move',
    async () => {
      console.log(`linearisability: ${SECONDS} s with seed ${SEED}`);
      const beginnings = await beginAliases(replicas.any.url, dataDir, NAMES, VERSIONS);
      const recording = new Recording();
      const place = { replicas, names: NAMES, versions: VERSIONS, recording };

      const enough = signalOnce(recording);
      const clients = Array.from({ length: CLIENTS }, (_, client) =>
        new WorkloadClient(place, new Random(SEED + 100 + client)).run(enough),
      );
      const [damage] = await Promise.all([
        disturb({ ...place, line, databaseUrl: database.url }, SEED, enough),
        ...clients,
      ]);

      const changes = await settle(place, database.url);
      const findings = checkRecording(recording, beginnings, changes);
      console.log(summary(recording, { ...damage, failedStarts: replicas.failedStarts }, findings, SEED));
      for (const text of Object.values(findings).flat()) console.log(text);
      // A run in which little happened would prove little.
      expect(recording.operations.length).toBeGreaterThan(100);
      expect(Math.min(...Object.values(damage))).toBeGreaterThan(0);
      // Losing its database is nothing that a replica may break over: neither itself nor a request of its own.
      expect(replicas.crashes).toEqual([]);
      expect([...recording.causes.keys()].filter((cause) => cause.startsWith('500'))).toEqual([]);
      expect(findings).toEqual({ violations: [], lost: [], wrong: [], memory: [] });
    },
    SECONDS * 1000 + 900_000,
  );
});
