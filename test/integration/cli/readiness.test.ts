import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote } from '../../support/registering.js';
import { digestOf } from '../api/artifact-calls.js';
import { see } from '../api/readiness-walk.js';
import { cliOf, document } from './local-model.js';

const BYTES = Buffer.from('hello model');
const FILES = Array.from({ length: 12 }, (_, index) => `part-${String(index).padStart(2, '0')}.bin`);

describe('lastgood readiness', () => {
  let api: TestApi;
  let cli: ReturnType<typeof cliOf>;
  beforeAll(async () => {
    api = await startApi();
    cli = cliOf(api);
    await mkdir(join(api.dataDir, 'artifacts'), { recursive: true });
    for (const name of FILES) await writeFile(join(api.dataDir, 'artifacts', name), BYTES);
    const artifacts = FILES.map((name) => ({ uri: uriOf(name), digest: digestOf(BYTES), size: BYTES.length }));
    for (const seed of [1, 2]) {
      const record = { createModel: true, artifacts, serving: { seed } };
      await api.as('pipeline').post('/v1/models/fraud/versions').send(record).expect(201);
    }
    await promote(api, 'fraud', 1);
  });
  afterAll(() => api.close());

  const uriOf = (name: string) => pathToFileURL(join(api.dataDir, 'artifacts', name)).href;
  const seeAll = async (kind: 'artifact' | 'content') => {
    for (const name of FILES) await see(api, 'fraud', { version: 1, kind, subject: uriOf(name) });
  };

  it('ends with a code of its own where there is nothing to roll back to, and says so loudly', async () => {
    const result = await cli(['readiness', 'fraud']);
    expect(result.code).toBe(9);
    expect(result.out).toMatch(/^readiness +production of fraud: NOT READY\nrollback +v1 → NONE$/m);
    expect(result.out).toMatch(/^✗ rollback-target +there is NONE: no version but v1 has served/m);
    expect(result.err).toBe('try: lastgood versions fraud');
  });

  it('is not ready while nobody has looked', async () => {
    await promote(api, 'fraud', 2);
    const result = await cli(['readiness', 'fraud']);
    expect(result).toMatchObject({ code: 9, err: 'try: lastgood checks fraud v1 --run --deep --wait' });
    expect(result.out).toMatch(/^readiness +production of fraud: unknown$/m);
    expect(result.out).toMatch(/^\? artifacts +of 12 artifacts of v1, 12 have not been looked at yet$/m);
    expect(result.out).toMatch(
      /^\? artifacts: Wait for the first check\.[^]*part-00\.bin {2}unchecked\n[^]*and 2 more$/m,
    );
  });

  it('ends well once everything was looked at and read, with the age of the oldest check', async () => {
    await seeAll('artifact');
    await seeAll('content');
    const result = await cli(['readiness', 'fraud', 'production']);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toMatch(/^readiness +production of fraud: ready\nrollback +v2 → v1\nwould take +not known/m);
    expect(result.out).toMatch(/^! rollback-target +v1, UNPROVEN/m);
    expect(result.out).toMatch(
      /^✓ artifacts +all 12 artifacts of v1 are where the record says +\d* ?\w+ (?:now|ago)$/m,
    );
    expect((await cli(['show', 'fraud'])).out).toMatch(/^production +v2 +v1, UNPROVEN +ready /m);
    expect((await cli(['show', 'fraud'])).out).toMatch(/^rollback-target +v1 +– +– /m);
  });

  it('names what is wrong, with what was seen and what to do', async () => {
    const subject = uriOf('part-07.bin');
    await see(api, 'fraud', { version: 1, kind: 'artifact', subject, state: 'missing', evidence: { said: 'no file' } });
    const { code, out, err } = await cli(['readiness', 'fraud']);
    expect({ code, err }).toEqual({ code: 9, err: 'try: lastgood checks fraud v1 --run --wait' });
    expect(out).toMatch(/^✗ artifacts +of 12 artifacts of v1, 1 is missing/m);
    expect(out).toMatch(
      /^✗ artifacts: Put the recorded bytes back at their address\. .*\n {2}\S+part-07\.bin {2}missing, seen just now: no file$/m,
    );
    expect((await cli(['show', 'fraud'])).out).toMatch(/^production +v2 +v1, UNPROVEN +NOT READY /m);
  });

  it('tells for how long something has been wrong', async () => {
    const now = new Date(Date.now() + 2 * 3_600_000);
    expect((await cli(['readiness', 'fraud'], { now })).out).toMatch(
      / {2}missing for 2 hours, seen 2 hours ago: no file$/m,
    );
  });

  it('gives programs one document, and the same exit code', async () => {
    const result = await cli(['readiness', 'fraud', '--json']);
    expect(result).toMatchObject({ code: 9, err: '' });
    expect(document(result)).toMatchObject({ verdict: 'not-ready', live: 2, target: { version: 1, proven: false } });
    const shown = document(await cli(['show', 'fraud', '--json']));
    expect(shown['aliases']).toMatchObject([
      { alias: 'production', readiness: 'not-ready' },
      { alias: 'rollback-target', readiness: null },
    ]);
  });

  it('fails like every command where there is nothing to ask about', async () => {
    expect(await cli(['readiness', 'nobody'])).toMatchObject({ code: 4 });
    expect((await cli(['readiness', 'fraud', 'staging'])).err).toContain('try: lastgood show fraud');
    const paired = await cli(['readiness', 'fraud', 'rollback-target']);
    expect(paired.code).toBe(3);
    expect(paired.err).toContain('`lastgood readiness fraud production`');
  });
});
