import { afterAll, beforeAll, expect, it } from 'vitest';
import { LastgoodClient, type Resolution } from '../../../src/client/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { cliOf, document } from './local-model.js';

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
beforeAll(async () => {
  api = await startApi();
  cli = cliOf(api);
});
afterAll(() => api.close());

const report = (client: LastgoodClient, controller: string, { model, alias, version, revision, record }: Resolution) =>
  client.report(model, alias, controller, {
    version,
    revision,
    configDigest: record.digest,
    readyReplicas: 1,
    replicas: 1,
  });

const command = (model: string, ...flags: string[]): string[] =>
  ['rollback', model, '--reason', 'slow', '--yes', '--wait'].concat(flags);

it('--wait returns once every controller has reported the switch', async () => {
  await registerVersions(api, 'waits', 2);
  await promote(api, 'waits', 1);
  await promote(api, 'waits', 2);
  const client = new LastgoodClient({ url: api.url });
  for (const controller of ['blue', 'green'])
    await report(client, controller, await client.resolve('waits', 'production'));
  const waiting = cli(command('waits', '--json'));
  let resolution = await client.resolve('waits', 'production');
  while (resolution.version === 2) resolution = await client.resolve('waits', 'production');
  for (const controller of ['blue', 'green']) await report(client, controller, resolution);
  const result = await waiting;
  expect(result).toMatchObject({ code: 0, err: '' });
  expect(document(result)).toMatchObject({
    to: 1,
    timeline: { firstSwitchedAt: expect.any(String), allSwitchedAt: expect.any(String) },
  });
});

it('--wait gives up in time, names who is behind, and says that the rollback is done', async () => {
  await registerVersions(api, 'behind', 2);
  await promote(api, 'behind', 1);
  await promote(api, 'behind', 2);
  const client = new LastgoodClient({ url: api.url });
  await report(client, 'sleepy', await client.resolve('behind', 'production'));
  const result = await cli(command('behind', '--timeout', '1s'));
  expect(result.code).toBe(8);
  expect(result.err).toContain('production of behind: v2 → v1');
  expect(result.err).toMatch(/did not report the switch: sleepy\. The rollback itself is committed/);
});

it('--wait says so when no controller reports at all', async () => {
  await registerVersions(api, 'silent', 2);
  await promote(api, 'silent', 1);
  await promote(api, 'silent', 2);
  const result = await cli(command('silent', '--timeout', '1s', '--json'));
  expect(result.code).toBe(8);
  expect(document(result)).toMatchObject({ from: 2, to: 1 });
  expect(JSON.parse(result.err)).toMatchObject({
    code: 'timed-out',
    detail: expect.stringContaining('No controller reports'),
  });
});
