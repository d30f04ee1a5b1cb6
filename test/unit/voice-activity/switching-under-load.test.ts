import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SteadyLoad, summary } from '../../../examples/voice-activity/load.js';
import { createPredictServer } from '../../../examples/voice-activity/predict-server.js';
import { VersionSwitch } from '../../../examples/voice-activity/version-switch.js';
import { configDigest, FakeEngine, resolution } from './fake-engine.js';
import { listening } from './listening.js';

const anyVersion = () => 1 + Math.floor(Math.random() * 5);

// Two hundred moves in all directions under load: to warm versions, to cold ones, back before they are loaded,
// to versions that fail to load, with versions leaving and entering what is kept warm.
it('no request fails or meets two versions while the alias moves as fast as it can', async () => {
  const engines: FakeEngine[] = [];
  const versions = new VersionSwitch({
    load: async ({ version }) => {
      await sleep(Math.random() * 10);
      if (Math.random() < 0.2 && engines.length > 0) throw new Error('did not load');
      const engine = new FakeEngine(version);
      engines.push(engine);
      return engine;
    },
    configDigest,
    retryMs: [2],
  });
  versions.want(resolution(1, 1));
  while (!versions.status().live) await sleep(1);
  const server = createPredictServer(versions, {});
  const url = await listening(server);
  const load = new SteadyLoad({ url, body: Buffer.alloc(3200), perSecond: 500 });
  const bodies: { version: number; windows: number }[] = [];
  const asker = (async () => {
    for (let i = 0; i < 400; i++) {
      const response = await fetch(`${url}/predict`, { method: 'POST', body: Buffer.alloc(3200) });
      const body: { version: number; windows: number } = JSON.parse(await response.text());
      bodies.push(body);
    }
  })();

  load.start();
  for (let revision = 2; revision <= 200; revision++) {
    versions.want(resolution(revision, anyVersion(), anyVersion(), anyVersion()));
    await sleep(Math.random() * 12);
  }
  await load.stop();
  await asker;

  const seen = summary(load.answers);
  expect(seen).toMatchObject({ failed: 0 });
  expect(seen.answered).toBeGreaterThan(200);
  expect(Object.keys(seen.byVersion).length).toBeGreaterThan(2);
  // The fake says its own version as the number of windows, the server says the version it believes to serve.
  expect(bodies.filter(({ version, windows }) => version !== windows)).toEqual([]);
  expect(engines.reduce((sum, engine) => sum + engine.violations, 0)).toBe(0);
  expect(engines.length).toBeGreaterThan(10);

  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  versions.close();
  expect(engines.every((engine) => engine.closed)).toBe(true);
});
