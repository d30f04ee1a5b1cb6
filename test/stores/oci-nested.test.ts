import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, type Digest } from '../../src/domain/digest.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { IMAGE_INDEX, IMAGE_MANIFEST } from '../support/oci-push.js';
import { startFileServer, type FileServer } from './https-server.js';
import { thrownBy } from './thrown-by.js';

interface Entry {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  readonly platform?: object;
}

describe('indexes within an index', () => {
  let server: FileServer;
  let store: OciStore;
  beforeAll(async () => {
    server = await startFileServer();
    server.files.set('v2/', Buffer.from('{}'));
    store = new OciStore({ allowedHosts: [`http://${server.host}`], allowedNetworks: ['127.0.0.0/8'] });
  });
  beforeEach(() => void (server.arrived.length = 0));
  afterAll(async () => {
    store.close();
    await server.stop();
  });

  const put = (mediaType: string, content: object): Entry => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
    server.files.set(`v2/team/app/manifests/${digestOf(bytes)}`, bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  };
  const index = (manifests: readonly Entry[], note = ''): Entry => put(IMAGE_INDEX, { manifests, note });
  const image = (architecture: string): Entry => {
    const entry = put(IMAGE_MANIFEST, { layers: [], note: architecture });
    return { ...entry, platform: { os: 'linux', architecture } };
  };
  const gone = (): Entry => ({ mediaType: IMAGE_INDEX, digest: digestOf('gone'), size: 1 });
  const nested = (entry: Entry, deep: number): Entry => (deep === 0 ? entry : nested(index([entry]), deep - 1));
  const imageOf = ({ digest }: Entry): string => `${server.host}/team/app@${digest}`;
  const seen = (entry: Entry) => store.statImage(imageOf(entry));

  it('are each asked for once, however often they are named', async () => {
    const inner = index(Array.from({ length: 50 }, () => index([image('arm64')])));
    const top = index(Array.from({ length: 50 }, () => inner));
    expect(await seen(top)).toMatchObject({ state: 'missing' });
    expect(server.arrived.filter(({ path }) => path.includes('manifests'))).toHaveLength(3);
    const read = await thrownBy(store.read(`oci://${imageOf(top)}`));
    expect(read).toMatchObject({ code: 'missing', evidence: expect.stringContaining('no image for linux/amd64') });
  });

  it('are looked at a hundred at most, and told to be more than that where the image is in none of them', async () => {
    const many = Array.from({ length: 300 }, (_, at) => index([image('arm64')], `${at}`));
    const evidence = expect.stringContaining('more than 100 manifests') as unknown;
    const top = index(many);
    expect(await seen(top)).toEqual({ state: 'unsupported', evidence });
    expect(server.arrived.length).toBeLessThanOrEqual(102);
    server.arrived.length = 0;
    expect(await thrownBy(store.read(`oci://${imageOf(top)}`))).toMatchObject({ code: 'unsupported', evidence });
    // All of these are known by now, and what a digest means is not asked for again.
    expect(server.arrived.every(({ path }) => path.endsWith(top.digest))).toBe(true);
    expect(await seen(index([...many.slice(0, 98), index([image('amd64')])]))).toMatchObject({ state: 'present' });
  });

  it.each([
    ['is not there', gone, 'missing', 'answered 404'],
    ['goes too deep', () => nested(index([image('amd64')]), 3), 'unsupported', 'more than 3 deep'],
    ['is no manifest', () => put(IMAGE_INDEX, { note: 'x' }), 'unsupported', 'no image or artifact manifest'],
  ])('hold the image also where one beside them %s, whichever is first', async (_what, amiss, state, said) => {
    const good = index([image('amd64')]);
    expect(await seen(index([amiss(), good]))).toMatchObject({ state: 'present' });
    expect(await seen(index([good, amiss()]))).toMatchObject({ state: 'present' });
    const other = index([image('arm64')]);
    for (const entries of [
      [amiss(), other],
      [other, amiss()],
    ]) {
      expect(await seen(index(entries))).toEqual({ state, evidence: expect.stringContaining(said) });
    }
  });

  it('are not sure to lack the image while one of them was not seen, whichever is first', async () => {
    const deep = nested(index([image('amd64')]), 3);
    for (const entries of [
      [gone(), deep],
      [deep, gone()],
    ]) {
      expect(await seen(index(entries))).toMatchObject({ state: 'unsupported' });
    }
  });

  it('hold the image where one of them is reached by a long way first and by a short one then', async () => {
    const holds = index([index([image('amd64')])], 'both');
    expect(await seen(index([nested(holds, 2), holds]))).toMatchObject({ state: 'present' });
  });

  it('are unreachable, and no more of them asked for, once the registry gives no answer', async () => {
    const away = index([image('amd64')], 'away');
    server.answers.set(`v2/team/app/manifests/${away.digest}`, (_request, response) => {
      response.writeHead(503).end();
    });
    expect(await seen(index([away, index([image('arm64')], 'next')]))).toMatchObject({ state: 'unreachable' });
    expect(server.arrived).toHaveLength(2);
  });
});
