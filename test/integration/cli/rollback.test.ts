import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
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

/** Versions 1 to `count`, promoted one after the other. */
async function served(model: string, count: number): Promise<void> {
  await registerVersions(api, model, count);
  for (let version = 1; version <= count; version += 1) await promote(api, model, version);
}

async function liveVersion(model: string): Promise<number> {
  return (await new LastgoodClient({ url: api.url }).getAlias(model, 'production')).version;
}

const rollback = (model: string, ...flags: string[]): string[] => [
  'rollback',
  model,
  '--reason',
  'p95 doubled',
  ...flags,
];

describe('a person at the terminal', () => {
  it('sees what will be undone, agrees, and is told how long it took', async () => {
    await served('asked', 2);
    const result = await cli(rollback('asked'), { answer: true });
    expect(result).toMatchObject({ code: 0, asked: ['Roll back production of asked?'] });
    expect(result.out).toMatch(/^from +v2, live for \d+ m?s, since 20/m);
    expect(result.out).toContain('moved there by ana: ship v2');
    expect(result.out).toMatch(/^to +v1, UNPROVEN: it served, but through no whole soak window$/m);
    expect(result.out).toMatch(/^because +p95 doubled$/m);
    expect(result.out).toMatch(/^production of asked: v2 → v1 \(UNPROVEN\), rollback \d+, revision \d+$/m);
    expect(result.out).toMatch(/^committed .+ after the command, \d+ ms of it in the registry$/m);
    expect(await liveVersion('asked')).toBe(1);
  });

  it('may say no, and nothing changes', async () => {
    await served('declined', 2);
    const result = await cli(rollback('declined'), { answer: false });
    expect(result.code).toBe(7);
    expect(result.err).toBe('error: Not rolled back\n  Nothing was changed.');
    expect(await liveVersion('declined')).toBe(2);
  });

  it('is not asked for what cannot be done', async () => {
    await served('single', 1);
    const result = await cli(rollback('single'), { answer: true });
    expect(result).toMatchObject({ code: 3, asked: [] });
    expect(result.err).toMatch(
      /^error: There is nothing to roll back to\n[^]*Name one with --to\.\ntry: lastgood versions single$/,
    );
  });

  it('is warned when a colleague rolled back a moment ago', async () => {
    await served('warned', 3);
    await cli(rollback('warned', '--yes', '--actor', 'ben'));
    const result = await cli(rollback('warned'), { answer: false });
    expect(result.out).toMatch(
      /careful +ben rolled it back from v3 to v2 just now: p95 doubled\. This would be one step further back\./,
    );
    expect(await liveVersion('warned')).toBe(2);
  });
});

describe('two operators', () => {
  it('who roll back at the same moment step back once and are told the same', async () => {
    await served('both', 3);
    const [one, two] = await Promise.all([
      cli(rollback('both', '--from', 'v3', '--yes', '--json', '--actor', 'ana')),
      cli(rollback('both', '--from', 'v3', '--yes', '--json', '--actor', 'ben')),
    ]);
    const told = [one, two].map((result) => ({ ...document(result), commandToCommitMs: null }));
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject({ from: 3, to: 2 });
    expect(await liveVersion('both')).toBe(2);
  });

  it('the second, a moment later, does not step back further by accident, but may on purpose', async () => {
    await served('later', 3);
    expect((await cli(rollback('later', '--yes', '--actor', 'ben'))).code).toBe(0);
    const second = await cli(rollback('later', '--yes'));
    expect(second.code).toBe(5);
    expect(second.err).toContain('ben moved production of later from v3 to v2, because: p95 doubled');
    expect(await liveVersion('later')).toBe(2);

    const same = await cli(rollback('later', '--yes', '--from', 'v3'));
    expect(same.code).toBe(0);
    expect(same.out).toMatch(/^ben had rolled it back just now, because: p95 doubled\. It happened once\.$/m);

    expect((await cli(rollback('later', '--yes', '--from', 'v2'))).code).toBe(0);
    expect(await liveVersion('later')).toBe(1);
  });
});

describe('a program', () => {
  it('gets one document and nothing else', async () => {
    await served('program', 2);
    const result = await cli(rollback('program', '--yes', '--json'));
    expect(result).toMatchObject({ code: 0, err: '', asked: [] });
    expect(document(result)).toMatchObject({ from: 2, to: 1, proven: false, commandToCommitMs: expect.any(Number) });
  });

  it('must say --yes, even with a terminal, when it reads JSON', async () => {
    const result = await cli(rollback('program', '--json'), { answer: true });
    expect(result).toMatchObject({ code: 2, out: '', asked: [] });
    expect(JSON.parse(result.err)).toMatchObject({ code: 'usage' });
  });

  it('may name the version to return to', async () => {
    await served('named', 3);
    expect(document(await cli(rollback('named', '--to', 'v1', '--yes', '--json')))).toMatchObject({ from: 3, to: 1 });
    const live = await cli(rollback('named', '--to', 'v1', '--from', 'v1', '--yes'));
    expect(live).toMatchObject({ code: 5, err: expect.stringContaining('live already') });
  });

  it('is refused when the version it names is not the live one', async () => {
    await served('moved', 3);
    const result = await cli(rollback('moved', '--from', 'v2', '--yes', '--json'));
    expect(result.code).toBe(5);
    expect(JSON.parse(result.err)).toMatchObject({ code: 'from-not-live', status: 409 });
    expect(await liveVersion('moved')).toBe(3);
  });
});

it('a version that was rolled back is refused until somebody clears it', async () => {
  await served('cleared', 2);
  await cli(rollback('cleared', '--yes'));
  const refused = await cli(['promote', 'cleared', 'v2', '--reason', 'again']);
  expect(refused.code).toBe(3);
  expect(refused.err).toMatch(/\ntry: lastgood clear cleared v2 --reason "why it may serve again"$/);
  const clear = await cli(['clear', 'cleared', 'v2', '--reason', 'the client was at fault']);
  expect(clear.out).toBe('v2 may serve under production of cleared again.');
  expect((await cli(['promote', 'cleared', 'v2', '--reason', 'again'])).code).toBe(0);
});
