import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { cliOf, document } from './local-model.js';

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
beforeAll(async () => {
  api = await startApi();
  cli = cliOf(api);
  await registerVersions(api, 'fraud', 3);
});
afterAll(() => api.close());

it('says that nothing is there, and how to begin', async () => {
  const empty = await startApi();
  try {
    expect((await cliOf(empty)(['models'])).out).toContain('lastgood register my-model --create-model');
  } finally {
    await empty.close();
  }
});

it('promote warns when there is nothing to roll back to, and names the target when there is', async () => {
  const first = await cli(['promote', 'fraud', 'v1', '--reason', 'first']);
  expect(first.out).toMatch(/^production of fraud is v1 \(revision \d+\)\.\nThere is NOTHING to roll back to: /);
  const second = await cli(['promote', 'fraud', '2', '--reason', 'better recall']);
  expect(second).toMatchObject({ code: 0, err: '' });
  expect(second.out).toMatch(/v2 \(revision \d+\)\.\nA rollback would return to v1, UNPROVEN\.$/);
});

it('promote --if-revision refuses once somebody else moved the alias', async () => {
  const { revision } = document(await cli(['resolve', 'fraud', '--json']));
  await promote(api, 'fraud', 3);
  const stale = await cli(['promote', 'fraud', 'v1', '--reason', 'x', '--if-revision', String(revision)]);
  expect(stale.code).toBe(5);
  expect(stale.err).toMatch(/^error: The alias changed since it was read\n[^]*\ntry: lastgood show fraud$/);
});

it('models, versions and show print tables for people', async () => {
  expect((await cli(['models'])).out).toMatch(/MODEL +LATEST +ALIASES[^]*fraud +v3 +production v3, rollback-target v2/);
  const versions = (await cli(['versions', 'fraud', '--limit', '2'])).out.split('\n');
  expect(versions.map((line) => line.split(' ')[0])).toEqual(['VERSION', 'v3', 'v2']);
  expect((await cli(['versions', 'fraud', '--limit', '2'])).err).toContain('There are older ones');
  const show = (await cli(['show', 'fraud'])).out;
  expect(show).toMatch(/production +v3 +v2, UNPROVEN +unknown +\d+ +just now +ana +ship v3/);
});

it('show of a version prints its whole record with full digests', async () => {
  const { out } = await cli(['show', 'fraud', 'v3']);
  expect(out).toMatch(/^digest +sha256:[0-9a-f]{64}$/m);
  expect(out).toMatch(/^model-3\.onnx +11 B +sha256:[0-9a-f]{64} +file:\/\//m);
  expect(out).toContain('No checks yet.');
  expect(document(await cli(['show', 'fraud', '3', '--json']))).toMatchObject({ version: 3, checks: [] });
});

it('resolve prints what a serving controller is told', async () => {
  const { out } = await cli(['resolve', 'fraud@production', '--strong']);
  expect(out).toMatch(/^version +v3$/m);
  expect(out).toMatch(/^traffic +v3 100 %$/m);
  expect(out).toMatch(/^keep warm +v2$/m);
  expect(document(await cli(['resolve', 'fraud', '--json']))).toMatchObject({ source: 'registry', version: 3 });
});

it('history says who, when, from where to where and why', async () => {
  const { out } = await cli(['history', 'fraud']);
  const moves = out
    .split('\n')
    .slice(1)
    .map((line) => /(\w+) +(\S+ → \S+) +(\w+) +(.*)$/.exec(line)?.slice(1));
  expect(moves).toEqual([
    ['promote', 'v2 → v3', 'ana', 'ship v3'],
    ['promote', 'v1 → v2', 'ana', 'better recall'],
    ['promote', '– → v1', 'ana', 'first'],
  ]);
  const { items } = document(await cli(['history', 'fraud', '--json']));
  const [, second] = items as { at: string }[];
  const then = await cli(['history', 'fraud', '--at', second?.at ?? '', '--json']);
  expect(document(then)).toMatchObject({ items: [{ to: 2 }] });
  expect((await cli(['history', 'fraud', '--at', '2001-01-01'])).out).toContain('did not point anywhere at 2001-01-01');
});

it.each([
  [['show', 'nobody'], 4, 'lastgood models'],
  [['show', 'fraud', 'v9'], 4, 'lastgood versions fraud'],
  [['resolve', 'fraud@staging'], 4, 'lastgood show fraud'],
  [['promote', 'fraud', 'v9', '--reason', 'x'], 4, 'lastgood versions fraud'],
  [['promote', 'fraud', 'v1', '--alias', 'rollback-target', '--reason', 'x'], 3, 'lastgood show fraud'],
  [['clear', 'fraud', 'v1', '--reason', 'x'], 3, 'lastgood show fraud'],
])('%j ends with %i and says to try %s', async (args, code, next) => {
  const result = await cli(args);
  expect(result).toMatchObject({ code, out: '' });
  expect(result.err.split('\n').at(-1)).toBe(`try: ${next}`);
});
