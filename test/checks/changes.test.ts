import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { RecordChecks, type Observation } from '../../src/features/checks/index.js';
import { modelId } from '../integration/api/readiness-walk.js';
import { query } from '../support/pg-query.js';
import { promote } from '../support/registering.js';
import { scrape } from '../support/scrape.js';
import { filePlace, type Place } from './places.js';

const POLL = { timeout: 120_000, interval: 100 };

let place: Place;
let lines: string[] = [];
beforeAll(async () => {
  place = await filePlace();
  const keep =
    (level: string) =>
    (message: unknown, context: unknown): void => {
      if (context === 'Readiness') lines.push(`${level} ${String(message)}`);
    };
  Logger.overrideLogger({ log: keep('info'), warn: keep('warn'), error: keep('error') });
});
afterAll(() => place.close());

/** A model with `versions`, all registered and the first two promoted, each with a file of its own that is there. */
async function served(model: string, versions: number): Promise<Buffer> {
  const bytes = randomBytes(1000);
  for (let version = 1; version <= versions; version += 1) {
    const name = `${model}-${version}.bin`;
    await place.write(name, bytes);
    const artifact = { uri: place.uriOf(name), digest: digestOf(bytes), size: bytes.length };
    const record = { createModel: true, artifacts: [artifact], serving: { version } };
    await place.api.as('pipeline').post(`/v1/models/${model}/versions`).send(record).expect(201);
    if (version <= 2) await promote(place.api, model, version);
  }
  for (let version = 1; version <= versions; version += 1) await seen(model, version, 'present');
  return bytes;
}

/** Asks for a look, and waits until one has come that saw this. */
async function seen(model: string, version: number, state: string): Promise<void> {
  const path = `/v1/models/${model}/versions/${version}/checks`;
  const looks = async (): Promise<{ state: string }[]> => {
    const { body } = await place.api.as('ana').get(`${path}/history`).query({ kind: 'artifact' }).expect(200);
    return (body as { items: { state: string }[] }).items;
  };
  const before = (await looks()).length;
  await place.api.as('ana').post(path).send({}).expect(202);
  await expect.poll(async () => (await looks()).length, POLL).toBeGreaterThan(before);
  await expect.poll(async () => (await looks())[0]?.state, POLL).toBe(state);
}

/** What was told of one kind of checks: at some moment the schedule reads the content too, which is told as well. */
const told = (model: string, kind: string): string[] =>
  lines.filter((line) => line.includes(` ${model} v`) && line.includes(`"kind":"${kind}"`));

async function metric(name: string): Promise<number | undefined> {
  const text = await scrape(place.api, name);
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

describe('a check of a version that an alias points at', () => {
  it('is told to the log once when it no longer passes, and once when it does again', async () => {
    const bytes = await served('lost', 2);
    expect(told('lost', 'artifact')).toEqual([]);
    await place.remove('lost-1.bin');
    await seen('lost', 1, 'missing');
    await seen('lost', 1, 'missing');
    await place.write('lost-1.bin', bytes);
    // Written anew, it is changed until its bytes have been read, which is no other outcome and no other line.
    await seen('lost', 1, 'present');
    await expect.poll(() => told('lost', 'artifact').length, POLL).toBe(2);
    expect(told('lost', 'artifact')).toEqual([
      expect.stringMatching(/^warn lost v1 \(rollback-target\): an artifact is missing, was present \{.*ENOENT/),
      expect.stringMatching(/^info lost v1 \(rollback-target\): an artifact is well again, was (missing|changed) \{/),
    ]);
    const fields = JSON.parse(told('lost', 'artifact')[0]?.replace(/^[^{]*/, '') ?? '') as object;
    const facts = { model: 'lost', version: 'v1', aliases: ['rollback-target'], kind: 'artifact', judgement: 'fail' };
    expect(fields).toMatchObject({ ...facts, count: 1, subjects: [place.uriOf('lost-1.bin')] });
  });

  it('is told once where two workers see the same change at the same moment', async () => {
    await served('twice', 2);
    const id = await modelId(place.api, 'twice');
    const looks = Array.from({ length: 8 }, (_, later): Observation => {
      const observedAt = new Date(Date.now() + later);
      const about = { modelId: id, version: 2, kind: 'env', subject: 'TOKEN' } as const;
      return { ...about, state: 'missing', evidence: { said: 'gone' }, durationMs: 1, observedAt };
    });
    const recorder = place.api.app.get(RecordChecks);
    await Promise.all(looks.map((look) => recorder.execute([look])));
    expect(told('twice', 'env')).toHaveLength(1);
  });

  it('is counted by kind and outcome while it does not pass, and no longer than what was seen counts', async () => {
    const failing = 'lastgood_checks_not_passing{kind="artifact",outcome="fail"}';
    expect(await metric(failing)).toBe(0);
    const bytes = await served('counted', 2);
    await place.remove('counted-1.bin');
    await seen('counted', 1, 'missing');
    expect(await metric(failing)).toBe(1);
    expect(await metric('lastgood_checks_not_passing{kind="artifact",outcome="unknown"}')).toBe(0);
    const old = `UPDATE newest_checks SET observed_at = observed_at - interval '1 hour' WHERE state = 'missing'`;
    await query(place.api.databaseUrl, old);
    expect(await metric(failing)).toBe(0);
    await seen('counted', 1, 'missing');
    expect(await metric(failing)).toBe(1);
    await place.write('counted-1.bin', bytes);
    await seen('counted', 1, 'present');
    await expect.poll(() => metric(failing), POLL).toBe(0);
  });
});

it('a check of a version that no alias points at is neither told nor counted', async () => {
  await served('spare', 3);
  await place.remove('spare-3.bin');
  await seen('spare', 3, 'missing');
  expect(told('spare', 'artifact')).toEqual([]);
  expect(await metric('lastgood_checks_not_passing{kind="artifact",outcome="fail"}')).toBe(0);
});

it('no look is overdue where a worker runs and all are made', async () => {
  await served('tended', 2);
  expect(await metric('lastgood_checks_overdue_seconds')).toBe(0);
});
