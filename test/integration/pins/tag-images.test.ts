import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { hexOf, type Digest } from '../../../src/domain/digest.js';
import { MANIFEST_TYPES } from '../../../src/stores/oci-manifest.js';
import { startOciFront, type OciFront } from '../../support/oci-front.js';
import { OciPusher, type Pushed } from '../../support/oci-push.js';
import { startOciServer, type OciServer } from '../../support/oci-server.js';
import { promote } from '../../support/registering.js';
import { PinWorld, POLL } from './pin-world.js';

describe('images and artifacts in registries', () => {
  let server: OciServer;
  let front: OciFront;
  let push: OciPusher;
  let world: PinWorld;
  beforeAll(async () => {
    server = await startOciServer();
    front = await startOciFront(server);
    push = new OciPusher(server.host, 'team/server');
    world = await PinWorld.start({
      LASTGOOD_OCI_ALLOWED_HOSTS: `http://${server.host},http://${front.host}`,
      LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
      LASTGOOD_PIN_INTERVAL_SECONDS: '1',
      LASTGOOD_RETENTION_SECONDS: '1',
    });
  });
  afterAll(async () => {
    await world?.close();
    await front?.close();
    await server?.close();
  });

  const pushed = async (): Promise<Pushed> => push.manifest([await push.blob(randomBytes(20))]);
  const tagged = async (digest: Digest): Promise<boolean> => {
    const url = `http://${server.host}/v2/team/server/manifests/lastgood-pin-${hexOf(digest).slice(0, 32)}`;
    const { headers } = await fetch(url, { method: 'HEAD', headers: { accept: MANIFEST_TYPES.join(', ') } });
    return headers.get('docker-content-digest') === digest;
  };

  it('have a tag on their digests from the move on, each image of an index too', async () => {
    const [weights, amd, arm] = [await pushed(), await pushed(), await pushed()];
    const index = await push.index([amd, arm]);
    const image = push.imageOf(index);
    const uri = push.uriOf(weights);
    await world.register('served', [uri], { image });
    await promote(world.api, 'served', 1);
    await expect.poll(() => world.stateOf('served', image), POLL).toBe('present');
    await expect.poll(() => world.stateOf('served', uri), POLL).toBe('present');
    for (const { digest } of [weights, index, amd, arm]) expect(await tagged(digest)).toBe(true);
    expect((await world.pins('served'))[image]?.evidence).toMatchObject({
      how: ['registry-tag'],
      objects: 3,
      pinned: 3,
    });
  });

  it('lose their tag when nothing needs them any more, but for an image that another index needs', async () => {
    const [shared, own] = [await pushed(), await pushed()];
    const [first, second] = [await push.index([shared, own]), await push.index([shared])];
    const through = new OciPusher(front.host, 'team/server');
    const images = { first: through.imageOf(first), second: through.imageOf(second) };
    for (const [model, image] of Object.entries(images)) {
      await world.register(model, [], { image });
      await promote(world.api, model, 1);
      await expect.poll(() => world.stateOf(model, image), POLL).toBe('present');
    }
    await world.removeAlias('first');
    await expect.poll(() => tagged(own.digest), POLL).toBe(false);
    await expect.poll(() => tagged(first.digest), POLL).toBe(false);
    expect([await tagged(shared.digest), await tagged(second.digest)]).toEqual([true, true]);
    await world.removeAlias('second');
    await expect.poll(() => tagged(shared.digest), POLL).toBe(false);
  });

  it('pruned from an index for a platform that nobody wants fail no pin, and the wanted one fails the image', async () => {
    const entry = async (architecture: string): Promise<Pushed> => {
      return { ...(await pushed()), platform: { os: 'linux', architecture } };
    };
    const [amd, arm] = [await entry('amd64'), await entry('arm64')];
    const image = push.imageOf(await push.index([amd, arm]));
    await world.register('pruned', [], { image });
    await promote(world.api, 'pruned', 1);
    const url = '/v1/models/pruned/versions/1/checks';
    const seen = async (): Promise<object> => {
      await world.api.as('ana').post(url).send({}).expect(202);
      const { body } = await world.api.as('ana').get(url).expect(200);
      const of = (kind: string) => (body.items as CheckView[]).find((check) => check.kind === kind);
      const pin = of('pin');
      return { image: of('image')?.state, pin: pin?.state, manifests: pin?.evidence['objects'] };
    };
    await expect.poll(seen, POLL).toEqual({ image: 'present', pin: 'present', manifests: 3 });
    await push.delete('manifests', arm);
    await expect.poll(seen, POLL).toEqual({ image: 'present', pin: 'present', manifests: 2 });
    expect(await world.rows.query('SELECT FROM pinned_objects WHERE place = $1', [push.uriOf(arm)])).toEqual([]);
    await push.delete('manifests', amd);
    await expect.poll(seen, POLL).toEqual({ image: 'missing', pin: 'present', manifests: 1 });
  });

  it('keep their tag, and are kept in mind, where the registry cannot delete tags', async () => {
    const image = push.imageOf(await pushed());
    await world.register('stuck', [], { image });
    await promote(world.api, 'stuck', 1);
    await expect.poll(() => world.stateOf('stuck', image), POLL).toBe('present');
    await world.removeAlias('stuck');
    const sql = 'SELECT state, evidence FROM pins WHERE subject = $1';
    const said = expect.stringContaining('answered 400 DIGEST_INVALID');
    await expect
      .poll(() => world.rows.query(sql, [image]), POLL)
      .toEqual([{ state: 'unsupported', evidence: expect.objectContaining({ said }) }]);
    expect(await world.pins('stuck')).toEqual({});
    // Needed again, it is present as before, and still known to be ours.
    await promote(world.api, 'stuck', 1);
    await expect.poll(() => world.stateOf('stuck', image), POLL).toBe('present');
    expect((await world.pins('stuck'))[image]?.evidence).toMatchObject({ ours: 1 });
  });

  it('are repaired when the registry is back, and unreachable before', async () => {
    const image = push.imageOf(await pushed());
    await world.register('outage', [], { image });
    await server.stop();
    expect(await promote(world.api, 'outage', 1)).toMatchObject({ version: 1 });
    await expect.poll(() => world.stateOf('outage', image), POLL).toBe('unreachable');
    await server.start();
    await expect.poll(() => world.stateOf('outage', image), POLL).toBe('present');
  });

  it('are unreachable and stay ours while a proxy says of everything that it is not there, also to be released', async () => {
    const [amd, arm] = [await pushed(), await pushed()];
    const index = await push.index([amd, arm]);
    const image = new OciPusher(front.host, 'team/server').imageOf(index);
    const all = [index, amd, arm].map(({ digest }) => digest);
    const areTagged = () => Promise.all(all.map(tagged));
    const ours = async () => (await world.pins('behind'))[image]?.evidence['ours'];
    await world.register('behind', [], { image });
    await promote(world.api, 'behind', 1);
    await expect.poll(ours, POLL).toBe(3);
    front.isLost = true;
    await expect.poll(() => world.stateOf('behind', image), POLL).toBe('unreachable');
    front.isLost = false;
    await expect.poll(ours, POLL).toBe(3);
    front.isLost = true;
    await world.removeAlias('behind');
    const sql = `SELECT FROM pins WHERE subject = $1 AND state = 'unreachable' AND evidence ->> 'releasing' = 'true'`;
    await expect.poll(async () => (await world.rows.query(sql, [image])).length, POLL).toBe(1);
    front.isLost = false;
    expect(await areTagged()).toEqual([true, true, true]);
    await expect.poll(areTagged, POLL).toEqual([false, false, false]);
  });

  it('of a registry that nobody allowed are unsupported, and the check names the setting', async () => {
    const image = `registry.example/server@sha256:${'5'.repeat(64)}`;
    await world.register('elsewhere', [], { image });
    await promote(world.api, 'elsewhere', 1);
    await expect.poll(() => world.stateOf('elsewhere', image), POLL).toBe('unsupported');
    expect((await world.pins('elsewhere'))[image]?.evidence['said']).toContain('not among the allowed hosts');
  });
});
