import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, type Digest } from '../../src/domain/digest.js';
import { OciManifests } from '../../src/stores/oci-manifests.js';
import { OciRegistry, type OciQuestion } from '../../src/stores/oci-registry.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { Outbound } from '../../src/stores/outbound/outbound.js';
import { startFileServer, type FileServer } from './https-server.js';
import { thrownBy } from './thrown-by.js';

describe('a registry with more and larger manifests than anybody needs', () => {
  let server: FileServer;
  let allowed: { allowedHosts: string[]; allowedNetworks: string[] };
  let store: OciStore;
  let out: Outbound;
  beforeAll(async () => {
    server = await startFileServer();
    allowed = { allowedHosts: [`http://${server.host}`], allowedNetworks: ['127.0.0.0/8'] };
    [store, out] = [new OciStore(allowed), new Outbound(allowed)];
  });
  beforeEach(() => void (server.arrived.length = 0));
  afterAll(async () => {
    store.close();
    out.close();
    await server.stop();
  });

  const put = (content: object): Digest => {
    const text = JSON.stringify({ schemaVersion: 2, ...content });
    server.files.set(`v2/team/app/manifests/${digestOf(text)}`, Buffer.from(text));
    return digestOf(text);
  };
  const entry = (digest: Digest): object => ({ digest, size: 1, platform: { os: 'linux', architecture: 'amd64' } });
  const asked = (): unknown[] => server.arrived.map(({ method }) => method);

  it('has so many bytes of them kept, the newest, and is asked for the others anew', async () => {
    const manifests = new OciManifests(new OciRegistry(out, {}), 60_000, 10_000);
    const digests = ['a', 'b', 'c'].map((name) => put({ layers: [], note: name.repeat(4_000) }));
    const look = async (at: number): Promise<void> => {
      const { host: registry } = server;
      const question = { at: { registry, repository: 'team/app', digest: digests[at]! }, uri: 'oci://x' };
      await manifests.look({ ...question, kind: 'manifests' } satisfies OciQuestion);
    };
    for (const at of [0, 1, 2, 1, 2]) await look(at);
    expect(asked()).toEqual(['GET', 'GET', 'GET', 'HEAD', 'HEAD']);
    await look(0);
    expect(asked().at(-1)).toBe('GET');
    await look(2);
    expect(asked().at(-1)).toBe('HEAD');
  });

  it('has no more than a thousand of an index looked at to be pinned', async () => {
    const manifests = Array.from({ length: 3_000 }, (_, at) => entry(digestOf(`${at}`)));
    const places = async (): Promise<void> => {
      for await (const _ of store.pins.places(`oci://${server.host}/team/app@${put({ manifests })}`));
    };
    expect(await thrownBy(places())).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('more than 1000'),
    });
    expect(server.arrived.length).toBeLessThan(1_100);
  });

  it('is not followed through indexes within indexes without end', async () => {
    let digest = digestOf('nothing');
    for (let depth = 0; depth < 10; depth++) digest = put({ manifests: [entry(digest)] });
    const seen = await store.statImage(`${server.host}/team/app@${digest}`);
    expect(seen).toMatchObject({ state: 'unsupported', evidence: expect.stringContaining('indexes within indexes') });
    expect(server.arrived.length).toBeLessThan(10);
  });
});
