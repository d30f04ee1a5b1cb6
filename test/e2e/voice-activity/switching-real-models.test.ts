import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { now, SteadyLoad, summary } from '../../../examples/voice-activity/load.js';
import { createPredictServer } from '../../../examples/voice-activity/predict-server.js';
import { VersionSwitch } from '../../../examples/voice-activity/version-switch.js';
import { WorkerEngine } from '../../../examples/voice-activity/worker-engine.js';
import { listening } from '../../unit/voice-activity/listening.js';
import { modelFile, servingConfig, wavBytes } from './example.js';

const patient = { timeout: 120_000, interval: 10 };
const MODELS = [
  { model: 'legacy', serving: 'silero-legacy' },
  { model: 'v5', serving: 'silero-v5' },
  { model: 'v6', serving: 'silero-v6-without-context' },
];
const record = (version: number) => ({ version, digest: `sha256:${version}`, artifacts: [], env: {}, serving: {} });

// Only what the registry says is scripted here; the models, their threads and the requests are real.
it('real models are swapped under load, cold and warm, without a failed or a mixed-up answer', async () => {
  const versions = new VersionSwitch({
    load: ({ version }) => {
      const { model, serving } = MODELS[version - 1] ?? { model: 'none', serving: 'silero-v5' };
      return WorkerEngine.start(modelFile(model), servingConfig(serving));
    },
    configDigest: () => 'sha256:none',
  });
  let revision = 0;
  const move = (live: number, ...warm: number[]) =>
    versions.want({ version: live, revision: ++revision, record: record(live), keepWarm: warm.map(record) });
  const serving = async (version: number) => {
    while (versions.status().live?.version !== version) await sleep(5);
  };
  move(1);
  await serving(1);
  const server = createPredictServer(versions, {});
  const url = await listening(server);
  const load = new SteadyLoad({ url, body: wavBytes('half-second'), perSecond: 25, timeoutMs: 120_000 });

  /** Waits for an answer of that version to whatever is asked from now on. */
  const answered = async (version: number) => {
    const from = now();
    while (!load.answers.some((one) => one.version === version && one.sentAt >= from)) await sleep(5);
  };
  load.start();
  for (const [live, ...warm] of [[2, 1], [3, 2], [2, 1], [1], [3], [2, 3], [3, 2], [2, 3]] as [number, ...number[]][]) {
    move(live, ...warm);
    await serving(live);
    await answered(live);
    await sleep(250);
  }
  // A version that cannot load: the one before goes on serving.
  move(4, 2);
  await answered(2);
  await vi.waitFor(() => expect(versions.report()).toMatchObject({ version: 4, readyReplicas: 0 }), patient);
  await answered(2);
  move(2, 3);
  await load.stop();

  const seen = summary(load.answers);
  expect(seen).toMatchObject({ failed: 0 });
  expect(Object.keys(seen.byVersion).toSorted()).toEqual(['v1', 'v2', 'v3']);
  // v3 is deaf and the others are not, so an answer from another model than the one named would show.
  expect(load.answers.filter(({ version, heardSpeech }) => heardSpeech === (version === 3))).toEqual([]);

  server.close();
  server.closeAllConnections();
  versions.close();
});
