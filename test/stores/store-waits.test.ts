import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import type { Asking, ObjectObservation } from '../../src/stores/artifact-store.js';
import type { WaitBegun } from '../../src/stores/endpoint-patience.js';
import { StoreError } from '../../src/stores/store-error.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { StoreSet } from '../../src/stores/store-set.js';
import { startTokenServer } from '../support/oci-token-server.js';
import { startFileServer, type FileServer } from './https-server.js';
import { freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const patient = { timeout: 30_000, interval: 20 };
const MANY = 2_000;

const later = (status: number, seconds?: number) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status, seconds === undefined ? {} : { 'retry-after': String(seconds) }).end();

describe('the stores, asked to leave a server alone,', () => {
  let busy: FileServer;
  let other: FileServer;
  let sets: StoreSet[];
  let begun: WaitBegun[];
  beforeEach(async () => {
    [sets, begun] = [[], []];
    [busy, other] = [await startFileServer(), await startFileServer()];
    for (const { files } of [busy, other]) files.set('there', freshBytes(5));
  });
  afterEach(async () => {
    for (const set of sets) set.close();
    for (const server of [busy, other]) await server.stop();
  });

  const open = async (mostWaitMs?: number, more: string[] = []): Promise<StoreSet> => {
    const hosts = [busy.host, other.host, ...more].map((host) => `http://${host}`);
    const outbound = { allowedHosts: hosts, allowedNetworks: ['127.0.0.0/8'] };
    const { keys: credentials } = inject('s3');
    const set = await StoreSet.open({
      file: { folder: tmpdir() },
      https: outbound,
      oci: outbound,
      s3: { bucket: 'models', endpoint: `http://${busy.host}`, credentials },
      uploads: 'file',
      limits: { concurrency: 8, ...(mostWaitMs === undefined ? {} : { mostWaitMs }) },
      onWait: (wait) => begun.push(wait),
    });
    sets.push(set);
    return set;
  };
  const stat = async (set: StoreSet, uri: string, asking: Asking = {}): Promise<ObjectObservation> => {
    const store = await set.forUri(uri);
    if (store instanceof StoreRefusal) throw new Error(store.text);
    return store.stat(uri, asking);
  };
  const at = (server: FileServer, path: string): string => `http://${server.host}/${path}`;
  const many = (set: StoreSet, uri: string): Promise<ObjectObservation[]> =>
    Promise.all(Array.from({ length: MANY }, () => stat(set, uri)));

  it('send it nothing more, say of all the rest that it asked, and go on with others', async () => {
    busy.answers.set('there', later(429, 300));
    const set = await open();
    const [seen, others] = await Promise.all([many(set, at(busy, 'there')), many(set, at(other, 'there'))]);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['unreachable']));
    const said = seen.map((one) => ('evidence' in one ? one.evidence : ''));
    const asked = said.filter((text) => text === `HEAD ${busy.host} answered 429 and asks to wait 300 s`);
    // Those that were under way when the first answer came.
    expect(asked.length).toBeLessThanOrEqual(8);
    expect(busy.arrived).toHaveLength(asked.length);
    const until = new RegExp(`^${busy.host} asked to be left alone, and is asked again after 20.*Z$`);
    expect(said.filter((text) => until.test(text))).toHaveLength(MANY - asked.length);
    expect(new Set(others.map(({ state }) => state))).toEqual(new Set(['present']));
    expect(other.arrived).toHaveLength(MANY);
    expect(begun).toEqual([{ endpoint: busy.host, until: expect.any(Date) }]);
    expect(set.waits).toEqual({ total: 1, now: 1 });
    expect(seen.at(-1)).toMatchObject({ retryAt: expect.any(Date) });
  });

  it('see all of it once it answers, after the time and by itself, however often it asked', async () => {
    busy.answers.set('there', later(503, 60));
    const set = await open(100);
    await many(set, at(busy, 'there'));
    await vi.waitUntil(async () => (await stat(set, at(busy, 'there'))) && begun.length >= 3, patient);
    busy.answers.delete('there');
    await vi.waitUntil(async () => (await stat(set, at(busy, 'there'))).state === 'present', patient);
    const seen = await many(set, at(busy, 'there'));
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['present']));
    expect(set.waits.now).toBe(0);
  });

  it('leave alone the one that a redirect leads to, not the one that redirects', async () => {
    const away = (_request: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(302, { location: at(busy, 'there'), 'retry-after': '300' }).end();
    other.answers.set('from', away);
    busy.answers.set('there', later(429, 300));
    const set = await open();
    await stat(set, at(other, 'from'));
    expect(begun.map(({ endpoint }) => endpoint)).toEqual([busy.host]);
    expect(await stat(set, at(other, 'there'))).toMatchObject({ state: 'present' });
    expect(await stat(set, at(other, 'from'))).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining(`${busy.host} asked to be left alone`),
    });
  });

  it.each([
    ['https', () => at(busy, 'there')],
    ['s3', () => 's3://models/there'],
    ['oci', () => `oci://${busy.host}/team/app@${digestOf('layer')}`],
  ])('open no file of it by %s either, and say so as of all that is unreachable', async (_scheme, uriOf) => {
    busy.answers.set('there', later(429, 300));
    const set = await open();
    await stat(set, at(busy, 'there'));
    const uri = uriOf();
    const store = await set.forUri(uri);
    if (store instanceof StoreRefusal) throw new Error(store.text);
    const error = await thrownBy(store.read(uri));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      code: 'unreachable',
      uri,
      message: expect.stringContaining('asked to be left alone'),
      retryAt: expect.any(Date),
    });
    expect(busy.arrived).toHaveLength(1);
  });

  it('try it soon for somebody who waits, and hear what it says then', async () => {
    busy.answers.set('there', later(429, 300));
    const set = await open();
    await stat(set, at(busy, 'there'));
    busy.answers.delete('there');
    const urgent = { urgent: true };
    expect(await stat(set, at(busy, 'there'), urgent)).toMatchObject({ state: 'unreachable' });
    await vi.waitUntil(async () => (await stat(set, at(busy, 'there'), urgent)).state === 'present', patient);
    expect(await stat(set, at(busy, 'there'))).toMatchObject({ state: 'unreachable' });
  });

  it('do the same for a token server, and do not call the image missing', async () => {
    const tokens = await startTokenServer();
    tokens.instead = { status: 429, headers: { 'retry-after': '300' } };
    const image = `${busy.host}/team/app@${digestOf('image')}`;
    const challenge = `Bearer realm="http://${tokens.host}/token",service="x"`;
    busy.answers.set(`v2/team/app/manifests/${digestOf('image')}`, (_request, response) => {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const set = await open(undefined, [tokens.host]);
    const seen = await Promise.all(Array.from({ length: 200 }, () => set.statImage(image)));
    expect(new Set(seen.map((one) => ('state' in one ? one.state : one.code)))).toEqual(new Set(['unreachable']));
    expect(tokens.asked.length).toBeLessThanOrEqual(8);
    expect(begun.map(({ endpoint }) => endpoint)).toEqual([tokens.host]);
    const evidence = expect.stringContaining(`${tokens.host} asked to be left alone`);
    expect(await set.statImage(image)).toMatchObject({ state: 'unreachable', evidence });
    await tokens.close();
  });

  it.each([429, 503])('believe no 404 of a registry that then asks to wait (%i)', async (status) => {
    busy.answers.set('v2/', later(status, 300));
    const seen = await (await open()).statImage(`${busy.host}/team/app@${digestOf('image')}`);
    expect(seen).toMatchObject({
      state: 'unreachable',
      evidence: expect.stringContaining(`answered ${status}`),
      retryAt: expect.any(Date),
    });
  });

  it('know when to ask a registry again also where another blob is amiss for another reason', async () => {
    const layers = ['a', 'b'].map((name) => ({ mediaType: 'x/y', digest: digestOf(name), size: 1 }));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'x/y', digest: digestOf('config'), size: 1 },
        layers,
      }),
    );
    busy.files.set(`v2/team/app/manifests/${digestOf(manifest)}`, manifest);
    busy.answers.set(`v2/team/app/blobs/${digestOf('config')}`, later(500));
    busy.answers.set(`v2/team/app/blobs/${digestOf('a')}`, later(500));
    busy.answers.set(`v2/team/app/blobs/${digestOf('b')}`, later(429, 300));
    const seen = await (await open()).statImage(`${busy.host}/team/app@${digestOf(manifest)}`);
    expect(seen).toMatchObject({ state: 'unreachable', retryAt: expect.any(Date) });
  });

  it('do the same for an S3 server that says for how long, and ask it once', async () => {
    busy.answers.set('models/a', later(503, 60));
    const set = await open();
    expect(await stat(set, 's3://models/a')).toMatchObject({
      state: 'unreachable',
      evidence: `${busy.host} answered 503 and asks to wait 60 s`,
      retryAt: expect.any(Date),
    });
    const seen = await many(set, 's3://models/b');
    expect(new Set(seen.map((one) => ('evidence' in one ? one.evidence : '')))).toEqual(
      new Set([expect.stringContaining(`${busy.host} asked to be left alone`)]),
    );
    expect(busy.arrived).toHaveLength(1);
    expect(begun.map(({ endpoint }) => endpoint)).toEqual([busy.host]);
  });

  it('leave an S3 server that says not for how long, or for a moment, to the tries of its client', async () => {
    for (const [path, answer] of [
      ['slow', later(503)],
      ['short', later(503, 1)],
    ] as const) {
      busy.arrived.length = 0;
      busy.answers.set(`models/${path}`, answer);
      const set = await open();
      expect(await stat(set, `s3://models/${path}`)).toMatchObject({ state: 'unreachable' });
      expect(busy.arrived).toHaveLength(3);
      expect(set.waits).toEqual({ total: 0, now: 0 });
    }
  });
});
