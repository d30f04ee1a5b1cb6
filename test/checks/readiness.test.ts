import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { itemOf, readinessOf } from '../integration/api/readiness-walk.js';
import { promote } from '../support/registering.js';
import { S3Line } from '../support/s3-line.js';
import { filePlace, s3Place, type Place } from './places.js';

const POLL = { timeout: 120_000, interval: 100 };

/** The verdict on a model's production, with the state of each line of its checklist that does not pass. */
async function verdict({ api }: Place, model: string): Promise<string[]> {
  const view = await readinessOf(api, model);
  const troubles = view.checklist.filter(({ state }) => state === 'fail' || state === 'unknown');
  return [view.verdict, ...troubles.map(({ name, state }) => `${state} ${name}`)];
}

/** A model with v1 and then v2 live, each with its own bytes; everything else is the jobs' to do. */
async function served(place: Place, model: string): Promise<Buffer> {
  const bytes = randomBytes(100_000);
  for (const version of [1, 2]) {
    await place.write(`${model}-${version}.bin`, bytes);
    const artifact = { uri: place.uriOf(`${model}-${version}.bin`), digest: digestOf(bytes), size: bytes.length };
    const record = { createModel: true, artifacts: [artifact], serving: { version } };
    await place.api.as('pipeline').post(`/v1/models/${model}/versions`).send(record).expect(201);
    await promote(place.api, model, version);
  }
  return bytes;
}

const ask = (place: Place, model: string, deep: boolean) =>
  place.api.as('ana').post(`/v1/models/${model}/versions/1/checks`).send({ deep }).expect(202);

describe.each([
  ['files', filePlace],
  ['S3', s3Place],
] as const)('the readiness of an alias whose target lies in %s', (_name, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  it('comes by itself after the move: looked at, read and held', async () => {
    await served(place, 'well');
    await expect.poll(() => verdict(place, 'well'), POLL).toEqual(['ready']);
    expect(await itemOf(place.api, 'well', 'content')).toMatchObject({ state: 'pass', expected: 1 });
  });

  it('goes where the bytes are overwritten or gone, and comes back with them', async () => {
    const bytes = await served(place, 'lost');
    await expect.poll(() => verdict(place, 'lost'), POLL).toEqual(['ready']);
    await place.write('lost-1.bin', randomBytes(bytes.length));
    await ask(place, 'lost', true);
    await expect
      .poll(() => itemOf(place.api, 'lost', 'content'), POLL)
      .toMatchObject({
        state: 'fail',
        text: 'the artifact of v1 is changed',
        subjects: [{ subject: place.uriOf('lost-1.bin'), found: 'changed' }],
      });
    expect((await readinessOf(place.api, 'lost')).verdict).toBe('not-ready');
    await place.remove('lost-1.bin');
    await ask(place, 'lost', false);
    await expect
      .poll(() => itemOf(place.api, 'lost', 'artifacts'), POLL)
      .toMatchObject({
        state: 'fail',
        subjects: [{ subject: place.uriOf('lost-1.bin'), found: 'missing' }],
      });
    await place.write('lost-1.bin', bytes);
    await ask(place, 'lost', true);
    await expect.poll(() => verdict(place, 'lost'), POLL).toEqual(['ready']);
  });
});

describe('the readiness of an alias whose target lies in a store that goes away', () => {
  let place: Place;
  let line: S3Line;
  beforeAll(async () => {
    line = await S3Line.to(inject('s3').endpoint);
    place = await s3Place({ S3_ENDPOINT: line.endpoint });
  });
  afterAll(async () => {
    await place.close();
    await line.cut();
  });

  it('is unknown while nobody can look, never gone, and ready again once it is back', async () => {
    await served(place, 'far');
    await expect.poll(() => verdict(place, 'far'), POLL).toEqual(['ready']);
    await line.cut();
    await ask(place, 'far', false);
    await expect
      .poll(() => itemOf(place.api, 'far', 'artifacts'), POLL)
      .toMatchObject({
        state: 'unknown',
        failing: 0,
        text: 'the artifact of v1 is unreachable',
      });
    expect((await readinessOf(place.api, 'far')).verdict).toBe('unknown');
    await line.mend();
    await ask(place, 'far', false);
    await expect.poll(() => verdict(place, 'far'), POLL).toEqual(['ready']);
  });
});
