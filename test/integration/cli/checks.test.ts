import { setTimeout as nextTick } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote, registerVersions } from '../../support/registering.js';
import { see } from '../api/readiness-walk.js';
import { cliOf, document } from './local-model.js';
import { olderRegistry } from './older-registry.js';

const POLL = { timeout: 60_000, interval: 100 };

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
beforeAll(async () => {
  api = await startApi({ jobs: true });
  cli = cliOf(api);
  await registerVersions(api, 'fraud', 2);
  await promote(api, 'fraud', 1);
  await promote(api, 'fraud', 2);
});
afterAll(() => api.close());

const kinds = async (...args: string[]) => {
  const { items } = document(await cli(['checks', 'fraud', ...args, '--json'])) as { items: { kind: string }[] };
  return items.map(({ kind }) => kind);
};

it('checks shows the newest of each thing that a version needs, found by its number or by an alias', async () => {
  await expect.poll(() => kinds('v2'), POLL).toContain('artifact');
  const live = await cli(['checks', 'fraud']);
  expect(live.out).toMatch(/^fraud v2\n\nCHECK +SUBJECT +STATE +SEEN +TOOK +EVIDENCE\nartifact +file:\S+ +missing/);
  const target = await cli(['checks', 'fraud', 'rollback-target', '--json']);
  expect(document(target)).toMatchObject({ version: 1 });
});

it('checks --run asks for a look, and with --deep for the bytes, and says how to see what comes of it', async () => {
  const before = (await kinds('v1', '--history', '--kind', 'artifact')).length;
  const asked = await cli(['checks', 'fraud', 'v1', '--run', '--deep']);
  expect(asked).toMatchObject({ code: 0, err: '' });
  expect(asked.out).toMatch(/its bytes are read\. To see what comes of it: lastgood checks fraud v1$/);
  await expect
    .poll(async () => (await kinds('v1', '--history', '--kind', 'artifact')).length, POLL)
    .toBeGreaterThan(before);
  await expect.poll(() => kinds('v1'), POLL).toEqual(['artifact', 'content']);
});

it('checks --run --wait returns once all was looked at, and read where that was asked for, and shows what was seen', async () => {
  const before = (await kinds('v2', '--history', '--kind', 'content')).length;
  const looked = await cli(['checks', 'fraud', 'v2', '--run', '--deep', '--wait']);
  expect(looked).toMatchObject({ code: 0, err: '' });
  expect(looked.out).toMatch(/^artifact .* missing .*\n(?:.*\n)*\nlooked at just now.*\nread +just now/m);
  expect((await kinds('v2', '--history', '--kind', 'content')).length).toBeGreaterThan(before);
});

it('checks --run --wait ends each of many that are asked for at the same moment', async () => {
  const all = Array.from({ length: 6 }, (_, at) =>
    cli(['checks', 'fraud', 'v1', '--run', ...(at % 2 ? ['--deep'] : []), '--wait']),
  );
  for (const { code } of await Promise.all(all)) expect(code).toBe(0);
});

it('checks --run --wait says that no worker has begun where none runs', async () => {
  const idle = await startApi();
  try {
    await registerVersions(idle, 'fraud', 1);
    const late = await cliOf(idle)(['checks', 'fraud', 'v1', '--run', '--wait', '--timeout', '1s']);
    expect(late).toMatchObject({ code: 8, out: '' });
    expect(late.err).toContain('No worker has begun: see that one runs');
    expect(late.err).toContain('try: lastgood jobs');
    await query(idle.databaseUrl, `UPDATE outbox SET available_at = available_at - interval '1 minute'`);
    expect((await cliOf(idle)(['jobs'])).err).toContain('Nobody takes them from the outbox');
    expect((await cliOf(idle)(['checks', 'fraud', 'v1'])).out).toMatch(/looked at never as a whole; again in/);
  } finally {
    await idle.close();
  }
});

it('checks --run --wait returns after a look at the pins too, and says what it waits for where that takes long', async () => {
  const pin = { version: 2, kind: 'pin', subject: 's3://models/2' } as const;
  await see(api, 'fraud', { ...pin, state: 'forbidden' });
  const late = await cli(['checks', 'fraud', 'v2', '--run', '--wait', '--timeout', '3s']);
  expect(late).toMatchObject({ code: 8, out: '' });
  expect(late.err).toMatch(/All but one pin was looked at\. .*\n(?:.*\n)*.*try: lastgood checks fraud v2/);
  const looked = cli(['checks', 'fraud', 'v2', '--run', '--wait']);
  const wait = { isOver: false };
  void looked.then(() => (wait.isOver = true));
  // As the job that looks at pins would, some time after the rest; each time until one comes after the request.
  for (; !wait.isOver; await nextTick(50)) await see(api, 'fraud', { ...pin, state: 'present' });
  const { code, out } = await looked;
  expect(code).toBe(0);
  expect(out).toMatch(/^pin +s3:\/\/models\/2 +present/m);
});

it('checks works with a registry that knows of no rounds yet, and says that nobody can wait there', async () => {
  const old = await olderRegistry(api.url);
  try {
    const elsewhere = { env: { LASTGOOD_URL: old.url } };
    const shown = await cli(['checks', 'fraud', 'v1'], elsewhere);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/^fraud v1\n\nCHECK(?!.*looked at)/s);
    const asked = await cli(['checks', 'fraud', 'v1', '--run', '--wait'], elsewhere);
    expect(asked).toMatchObject({ code: 8, out: '' });
    expect(asked.err).toContain('The registry is older than this command');
  } finally {
    await old.close();
  }
});

it('checks --history shows every observation, and says when there are older ones', async () => {
  const { out, err } = await cli(['checks', 'fraud', 'v1', '--history', '--limit', '1']);
  expect(out.split('\n').filter((line) => line.startsWith('artifact') || line.startsWith('content'))).toHaveLength(1);
  expect(err).toContain('There are older ones');
  const none = await cli(['checks', 'fraud', 'v1', '--history', '--state', 'present']);
  expect(none.out).toBe('Nothing like that was seen of fraud v1 yet.');
});

it('checks refuses flags that do not go together, and says what would be right', async () => {
  const cases: [string[], string][] = [
    [['--run', '--history'], '--run and --history do not go together'],
    [['--deep'], '--deep is for --run'],
    [['--wait'], '--wait is for --run'],
    [['--state', 'missing'], '--kind, --state and --subject are for --history'],
  ];
  for (const [flags, said] of cases) {
    const refused = await cli(['checks', 'fraud', ...flags]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(said);
    expect(refused.err).toContain('try: lastgood checks fraud production --');
  }
  expect((await cli(['checks', 'fraud', 'v99999999999'])).code).toBe(2);
  expect((await cli(['checks', 'fraud', 'v9'])).err).toContain('fraud has no v9');
});
