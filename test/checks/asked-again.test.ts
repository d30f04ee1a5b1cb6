import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import type { CheckRequestView, CheckRoundsView, CheckView } from '../../src/contract/views.js';
import { promote } from '../support/registering.js';
import { filePlace, type Place } from './places.js';

const PARTS = 8;
const PART = randomBytes(256 * 1024);
/** How long the slow server thinks about each question, in milliseconds. */
const THINKS = 2500;
/** So many that a look at them, 16 at a time, takes more than the ten seconds that one job of it has. */
const SLOW_PARTS = 80;
/** Far more often than any round takes. */
const OFTEN_MS = 40;

describe('checks that are asked for again and again', () => {
  let place: Place;
  let slow: Server;
  beforeAll(async () => {
    slow = createServer((_request, response) => {
      setTimeout(() => response.writeHead(200, { 'content-length': PART.length, etag: '"one"' }).end(), THINKS);
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    place = await filePlace({
      // A part takes half a second to read.
      LASTGOOD_VERIFY_BYTES_PER_SECOND: String(2 * PART.length),
      LASTGOOD_HTTPS_ALLOWED_HOSTS: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`,
      LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
    });
  });
  afterAll(async () => {
    await place.close();
    slow.closeAllConnections();
    await new Promise((resolve) => slow.close(resolve));
  });

  const register = async (model: string, uris: readonly string[], serving: object = {}) => {
    const artifacts = uris.map((uri) => ({ uri, digest: digestOf(PART), size: PART.length }));
    const body = { createModel: true, artifacts, serving };
    await place.api.as('pipeline').post(`/v1/models/${model}/versions`).send(body).expect(201);
  };
  const inFiles = async (model: string) => {
    const names = Array.from({ length: PARTS }, (_, n) => `${model}-${n}.bin`);
    for (const name of names) await place.write(name, PART);
    await register(
      model,
      names.map((name) => place.uriOf(name)),
    );
    await expect.poll(async () => (await rounds(model)).look?.completedNumber, { timeout: 30_000 }).toBe(1);
  };
  const ask = async (model: string, deep: boolean) => {
    const path = `/v1/models/${model}/versions/1/checks`;
    const { body } = await place.api.as('cron').post(path).send({ deep }).expect(202);
    return body as CheckRequestView;
  };
  const rounds = async (model: string, version = 1) => {
    const path = `/v1/models/${model}/versions/${version}/checks/rounds`;
    return (await place.api.as('cron').get(path).expect(200)).body as CheckRoundsView;
  };
  const newest = async (model: string, kind: string) => {
    const { body } = await place.api.as('cron').get(`/v1/models/${model}/versions/1/checks`).expect(200);
    return (body.items as CheckView[]).filter((check) => check.kind === kind);
  };
  /** Does this often, until that is so. */
  const meanwhile = async (act: () => Promise<unknown>, isSo: () => Promise<boolean>) => {
    let acts = 0;
    while (!(await isSo())) {
      await act();
      acts += 1;
      await sleep(OFTEN_MS);
    }
    return acts;
  };

  it('read every artifact to the last one, and every request is answered by a round that began after it', async () => {
    await inFiles('read');
    const isRead = async () => (await newest('read', 'content')).length === PARTS;
    const asks: { asked: CheckRequestView; begun: number }[] = [];
    await meanwhile(async () => {
      const begun = (await rounds('read')).deep?.number ?? 0;
      asks.push({ asked: await ask('read', true), begun });
    }, isRead);
    expect(asks.length).toBeGreaterThan(PARTS);
    for (const { asked, begun } of asks) expect(asked.rounds.deep).toBeGreaterThan(begun);
    const last = asks.at(-1)?.asked.rounds.deep ?? Infinity;
    // All but the first of them share one round.
    expect(last).toBeLessThanOrEqual(3);
    await expect
      .poll(async () => (await rounds('read')).deep?.completedNumber, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(last);
  });

  it('answer those who wait, while others go on asking', async () => {
    await inFiles('waited');
    const { rounds: wanted } = await ask('waited', true);
    const isAnswered = async () => ((await rounds('waited')).deep?.completedNumber ?? 0) >= (wanted.deep ?? Infinity);
    await meanwhile(() => ask('waited', true), isAnswered);
    expect((await rounds('waited')).deep).toMatchObject({ underWay: true, number: (wanted.deep ?? 0) + 1 });
  });

  it('look at every subject to the last one, though requests and moves come oftener than a look ends', async () => {
    const { port } = slow.address() as AddressInfo;
    const uris = Array.from({ length: SLOW_PARTS }, (_, n) => `http://127.0.0.1:${port}/part-${n}.bin`);
    await register('looked', uris);
    await place.write('other.bin', PART);
    await register('looked', [place.uriOf('other.bin')]);
    let live = 1;
    const askAndMove = async () => {
      await ask('looked', false);
      await promote(place.api, 'looked', live);
      live = 3 - live;
    };
    const isSeen = async () => (await newest('looked', 'artifact')).length === SLOW_PARTS;
    const acts = await meanwhile(askAndMove, isSeen);
    expect(acts).toBeGreaterThan(20);
    const { rounds: wanted } = await ask('looked', false);
    const isAnswered = async () => ((await rounds('looked')).look?.completedNumber ?? 0) >= wanted.look;
    await meanwhile(askAndMove, isAnswered);
  });

  it('are all taken in, a thousand at once, and come to a few jobs', async () => {
    await inFiles('burst');
    // On a busy machine some wait too long for a connection to the database, are told so, and ask again.
    const path = '/v1/models/burst/versions/1/checks';
    const untilTaken = async (): Promise<CheckRequestView> => {
      for (;;) {
        const { status, body } = await place.api.as('cron').post(path).send({ deep: true });
        if (status === 202) return body as CheckRequestView;
        expect(body).toMatchObject({ status: 503, code: 'database-unavailable' });
      }
    };
    const asked = await Promise.all(Array.from({ length: 1000 }, untilTaken));
    // One, and as many as came to their end meanwhile.
    expect(new Set(asked.map(({ rounds: { deep } }) => deep)).size).toBeLessThan(20);
    const last = Math.max(...asked.map(({ rounds: { deep } }) => deep ?? Infinity));
    await expect
      .poll(async () => (await rounds('burst')).deep?.completedNumber, { timeout: 120_000 })
      .toBeGreaterThanOrEqual(last);
    expect((await rounds('burst')).deep).toMatchObject({ number: last, underWay: false });
  });
});
