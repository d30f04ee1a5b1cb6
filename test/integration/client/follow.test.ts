import { afterAll, beforeAll, expect, it } from 'vitest';
import { LastgoodClient, type Resolution } from '../../../src/client/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

let api: TestApi;
let proxy: CuttingProxy;
beforeAll(async () => {
  api = await startApi();
  proxy = await cuttingProxy(api.url);
});
afterAll(async () => {
  proxy.close();
  await api.close();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows until `last` says so, and gives back all that was yielded. */
async function followUntil(
  url: string,
  model: string,
  last: (resolution: Resolution) => boolean,
): Promise<Resolution[]> {
  const seen: Resolution[] = [];
  for await (const resolution of new LastgoodClient({ url }).follow(model, 'production')) {
    seen.push(resolution);
    if (last(resolution)) break;
  }
  return seen;
}

it('a follower sees promotions and the rollback, each with its whole record', async () => {
  await registerVersions(api, 'seen', 2);
  await promote(api, 'seen', 1);
  const client = new LastgoodClient({ url: proxy.url, actor: 'ana' });
  const steps = [
    () => promote(api, 'seen', 2),
    () => client.rollBack('seen', 'production', { reason: 'worse', from: 2 }),
  ];
  const versions: number[] = [];
  for await (const { version, record, source } of client.follow('seen', 'production')) {
    expect(source).toBe('registry');
    expect(record).toEqual(expect.objectContaining({ version, serving: { seed: version } }));
    versions.push(version);
    const step = steps.shift();
    if (!step) break;
    await step();
  }
  expect(versions).toEqual([1, 2, 1]);
});

it('a follower whose connection keeps breaking ends at the latest, and never goes back', async () => {
  await registerVersions(api, 'cut', 20);
  await promote(api, 'cut', 1);
  const following = followUntil(proxy.url, 'cut', ({ version }) => version === 20);
  for (let version = 2; version <= 20; version += 1) {
    await promote(api, 'cut', version);
    if (version % 3 === 0) proxy.cut();
    if (version % 5 === 0) proxy.cutAfter(700); // in the middle of the next event stream's first event
    await pause(30);
  }
  const revisions = (await following).map(({ revision }) => revision);
  expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
});

it('a follower may begin before the alias exists', async () => {
  await registerVersions(api, 'early', 1);
  const following = followUntil(proxy.url, 'early', () => true);
  await pause(100);
  await promote(api, 'early', 1);
  expect((await following).map(({ version }) => version)).toEqual([1]);
});

it('a token that the server refuses ends the follower with an error', async () => {
  const guarded = await startApi({ env: { LASTGOOD_TOKEN: 'right' } });
  try {
    const wrong = new LastgoodClient({ url: guarded.url, token: 'wrong' }).follow('any', 'production');
    await expect(wrong[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(new LastgoodClient({ url: guarded.url, token: 'right' }).listModels()).resolves.toMatchObject({
      items: [],
    });
  } finally {
    await guarded.close();
  }
});
