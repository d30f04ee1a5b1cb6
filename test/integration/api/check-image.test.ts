import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/domain/digest.js';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { OciPusher, StoredBlob, type Pushed } from '../../support/oci-push.js';
import { startOciServer, type OciServer } from '../../support/oci-server.js';
import { promote } from '../../support/registering.js';

const POLL = { timeout: 60_000, interval: 50 };

describe('a version with a container image and weights in a registry', () => {
  const weights = Buffer.from('weights');
  const bytes = [Buffer.from('first layer'), Buffer.from('second layer')] as const;
  let api: TestApi;
  let registry: OciServer;
  let push: OciPusher;
  let layers: Pushed[];
  let manifest: Pushed;
  let image: string;
  let uri: string;
  beforeAll(async () => {
    registry = await startOciServer();
    push = new OciPusher(registry.host, 'team/server');
    layers = [await push.blob(bytes[0]), await push.blob(bytes[1])];
    manifest = await push.manifest(layers);
    image = push.imageOf(manifest);
    uri = push.uriOf(await push.manifest([await push.blob(weights, 'application/octet-stream')]));
    const env = { LASTGOOD_OCI_ALLOWED_HOSTS: `http://${registry.host}`, LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8' };
    api = await startApi({ env, jobs: true });
  });
  afterAll(async () => {
    await api?.close();
    await registry?.close();
  });

  const checks = async (): Promise<CheckView[]> => {
    const { body } = await api.as('ana').get('/v1/models/served/versions/1/checks').expect(200);
    // What reading the weights shows stands under their URI too, and outlasts what a look shows.
    return (body.items as CheckView[]).filter(({ kind }) => kind === 'artifact' || kind === 'image');
  };
  const states = async (): Promise<unknown> => new Map((await checks()).map(({ subject, state }) => [subject, state]));
  const found = (ofImage: string, ofWeights = 'present'): unknown =>
    new Map([
      [uri, ofWeights],
      [image, ofImage],
    ]);
  /** A move asks for a fresh look at what becomes live. */
  const lookAgain = (alias: string): Promise<unknown> => promote(api, 'served', 1, alias);

  it('is looked at as a whole once it is registered', async () => {
    const artifacts = [{ uri, digest: digestOf(weights), size: weights.length, path: 'weights.bin' }];
    const record = { createModel: true, artifacts, image };
    await api.as('ana').post('/v1/models/served/versions').send(record).expect(201);
    await expect.poll(states, POLL).toEqual(found('present'));
    const seen = (await checks()).find(({ subject }) => subject === image);
    expect(seen?.evidence).toEqual({ digest: manifest.digest, size: expect.any(Number) });
  });

  it('has a missing image once a layer is gone, and a present one when it is back', async () => {
    await push.delete('blobs', layers[1]!);
    await lookAgain('gone');
    await expect.poll(states, POLL).toEqual(found('missing'));
    const seen = (await checks()).find(({ subject }) => subject === image);
    expect(seen?.evidence).toEqual({ said: expect.stringContaining(`blobs/${layers[1]!.digest} answered 404`) });
    await push.blob(bytes[1]);
    await lookAgain('back');
    await expect.poll(states, POLL).toEqual(found('present'));
  });

  it('has a changed image once a layer was cut', async () => {
    const stored = new StoredBlob(registry.folder, layers[0]!);
    await stored.cutTo(3);
    await lookAgain('cut');
    await expect.poll(states, POLL).toEqual(found('changed'));
    await stored.overwrite(bytes[0]);
    await lookAgain('mended');
    await expect.poll(states, POLL).toEqual(found('present'));
  });

  it('is unreachable while the registry is down, and present when it is up again', async () => {
    await registry.stop();
    await lookAgain('down');
    await expect.poll(states, POLL).toEqual(found('unreachable', 'unreachable'));
    await registry.start();
    await lookAgain('up');
    await expect.poll(states, POLL).toEqual(found('present'));
  });
});
