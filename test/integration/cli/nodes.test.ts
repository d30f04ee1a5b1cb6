import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registerVersions, registration } from '../../support/registering.js';
import { item, part, TestNode } from '../../support/test-node.js';
import { cliOf, document } from './local-model.js';

const POLL = { timeout: 60_000, interval: 50 };

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
let one: TestNode;
beforeAll(async () => {
  api = await startApi({ jobs: true });
  cli = cliOf(api);
  await registerVersions(api, 'fraud', 2);
  for (const version of [1, 2]) await promote(api, 'fraud', version);
});
afterAll(() => api.close());

it('says that there are no nodes, and how they come', async () => {
  expect((await cli(['nodes'])).out).toBe('No nodes yet. On each: lastgood agent');
  const status = await cli(['prepull', 'status', 'fraud']);
  expect(status.out).toBe('No node is in the pool of a version of fraud. `lastgood nodes` lists the nodes.');
});

it('lists nodes with what their agents say of them, and which of them are silent', async () => {
  one = new TestNode(api, 'gpu-1', { labels: { zone: 'b' }, budgetBytes: 2 * 1024 ** 4 });
  await one.register().expect(200);
  await new TestNode(api, 'gpu-2').register().expect(200);
  await query(
    api.databaseUrl,
    `UPDATE nodes SET reported_at = reported_at - interval '3 minutes' WHERE name = 'gpu-2'`,
  );
  const { out, code } = await cli(['nodes']);
  expect(code).toBe(0);
  expect(out).toMatch(/^NODE +REPORTED +GPUS +CACHE +DISK FREE +LABELS$/m);
  expect(out).toMatch(/^gpu-1 +just now +0 B of 2\.0 TiB +1\.8 TiB +zone=b$/m);
  expect(out).toMatch(/^gpu-2 +SILENT since 3 minutes ago/m);
  const labelled = document(await cli(['nodes', '--label', 'zone=b', '--json']));
  expect(labelled).toMatchObject({ items: [{ node: 'gpu-1' }], more: false });
  expect((await cli(['nodes', '--label', 'zone=x'])).out).toBe('No node has these labels.');
});

it('shows a node with what must lie on it, what does, and what keeps it', async () => {
  await expect.poll(() => one.list(), POLL).toHaveLength(2);
  const downloading = { ...part('downloading'), bytesPerSecond: 3 * 1024 ** 2, etaSeconds: 90 };
  await one.report({ ...item('fraud', 2, 'resident'), weights: downloading }).expect(200);
  const { out } = await cli(['nodes', 'show', 'gpu-1']);
  expect(out).toMatch(/^assignments +revision \d+, which the agent follows$/m);
  expect(out).toMatch(/^fraud v2 +live +downloading 50 %, 3\.0 MiB\/s, 1 minute left$/m);
  expect(out).toMatch(/^fraud v1 +target +pending +waits for v2 of fraud, which comes first$/m);
  expect(document(await cli(['nodes', 'show', 'gpu-1', '--json']))).toMatchObject({ node: 'gpu-1' });
  const missing = await cli(['nodes', 'show', 'gpu-9']);
  expect(missing).toMatchObject({ code: 4, out: '' });
  expect(missing.err).toMatch(/There is no node gpu-9[^]*\ntry: lastgood nodes$/);
});

it('prepull status says node by node how far each version is, and why not farther', async () => {
  const failed = { ...item('fraud', 1, 'failed'), weights: part('failed', 'the store answered 403') };
  await one.report(item('fraud', 2, 'resident'), failed).expect(200);
  const { out } = await cli(['prepull', 'status', 'fraud']);
  expect(out).toMatch(/^NODE +v2 live +v1 target$/m);
  expect(out).toMatch(/^gpu-1 +resident +failed$/m);
  expect(out).toMatch(/^gpu-2 +pending +pending$/m);
  expect(out).toMatch(/^gpu-1 v1: the store answered 403$/m);
  expect(out).toMatch(/^gpu-2 v1: the node has reported nothing since /m);
  expect(out).toMatch(/^v1, target: on 0 of 2 nodes; 1 failed, 1 silent$/m);
  expect(document(await cli(['prepull', 'status', 'fraud', '--json']))).toMatchObject({ model: 'fraud' });
  expect((await cli(['prepull', 'status', 'nobody'])).code).toBe(4);
});

it('prepull status --watch prints a document for each change until all is where it must be', async () => {
  await api
    .as('ana')
    .post('/v1/models/voice/versions')
    .send(registration(api, 'voice', { serving: { pool: { zone: 'b' } } }));
  await promote(api, 'voice', 1);
  await one.report(item('voice', 1, 'downloading')).expect(200);
  const watched = cli(['prepull', 'status', 'voice', '--watch']);
  const redrawn = cli(['prepull', 'status', 'voice', '--watch'], { answer: true });
  const waits = async () => (await api.as('ana').get('/v1/models/voice/residency')).body.items[0].state;
  expect(await waits()).toBe('downloading');
  await one.report(item('voice', 1, 'resident')).expect(200);
  const states = (await watched).out.split('\n').map((line) => JSON.parse(line).items[0].state);
  expect(states.at(-1)).toBe('resident');
  expect(new Set(states).size).toBe(states.length);
  const screens = (await redrawn).out
    .split('\u001b[H')
    .slice(1)
    .map((screen) => stripVTControlCharacters(screen));
  expect(screens.at(-1)).toMatch(/^NODE +v1 live\ngpu-1 +resident\n\nv1, live: on 1 of 1 nodes$/);
});

it('the checklist of readiness leads from nodes that lack the target to their status', async () => {
  const { out } = await cli(['readiness', 'fraud']);
  expect(out).toMatch(
    /nodes +v1 lies on 0 of 2 nodes of its pool: 1 is silent, 1 lacks it|nodes +v1 lies on 0 of 2 nodes of its pool: 1 lacks it, 1 is silent/,
  );
  expect(out).toContain('lastgood prepull status fraud --watch');
});

it('removes a node that is gone for good once a person agrees, and none that reports', async () => {
  const unasked = await cli(['nodes', 'remove', 'gpu-2']);
  expect(unasked.code).toBe(2);
  expect(unasked.err).toContain('try: lastgood nodes remove gpu-2 --yes');
  const refused = await cli(['nodes', 'remove', 'gpu-2'], { answer: false });
  expect(refused).toMatchObject({ code: 7, asked: ['Remove the node gpu-2?'] });
  expect(refused.out).toMatch(/^gpu-2: SILENT since \d+ minutes ago, registered /);
  const reporting = await cli(['nodes', 'remove', 'gpu-1'], { answer: true });
  expect(reporting).toMatchObject({ code: 3, asked: [] });
  expect(reporting.err).toContain('gpu-1 still reports: stop its agent first.');
  const returned = async () => {
    await new TestNode(api, 'gpu-2', { agent: 'agent-that-returned' }).register().expect(200);
    const silent = `reported_at = reported_at - interval '3 minutes'`;
    await query(api.databaseUrl, `UPDATE nodes SET ${silent} WHERE name = 'gpu-2'`);
    return true;
  };
  const changed = await cli(['nodes', 'remove', 'gpu-2'], { answer: returned });
  expect(changed).toMatchObject({ code: 5, asked: ['Remove the node gpu-2?'] });
  expect(changed.err).toMatch(/gpu-2 has reported since you looked[^]*\ntry: lastgood nodes$/);
  const removed = await cli(['nodes', 'remove', 'gpu-2'], { answer: true });
  expect(removed.out).toMatch(/gpu-2 is removed\. Should its agent ever report again, it is registered anew\.$/);
  expect((await cli(['nodes', 'remove', 'gpu-2', '--yes'])).code).toBe(4);
  expect(document(await cli(['nodes', '--json']))).toMatchObject({ items: [{ node: 'gpu-1' }] });
});

it('draws its tables as wide as the terminal is', async () => {
  const { out } = await cli(['nodes'], { columns: 60, answer: true });
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(out).toContain('gpu-1');
});
