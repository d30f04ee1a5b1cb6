import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, parseDigest } from '../../src/domain/digest.js';
import { EndpointTurns } from '../../src/stores/endpoint-turns.js';
import type { HostCredentials } from '../../src/stores/host-credentials.js';
import { pinTagOf } from '../../src/stores/oci-pins.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { startOciFront, type OciFront } from '../support/oci-front.js';
import { OciPusher } from '../support/oci-push.js';
import { startOciServer, type OciServer } from '../support/oci-server.js';
import { startTokenServer } from '../support/oci-token-server.js';
import type { PinnerUnderTest } from './pinner-under-test.js';

/** Pins in a real registry, behind a front that can also delete tags. */
export interface OciPinnerUnderTest extends PinnerUnderTest {
  readonly server: OciServer;
  readonly front: OciFront;
  readonly push: OciPusher;
  /** Whose turn it is at the front and the registry, and what they asked for. */
  readonly turns: EndpointTurns;
  /** Pins of the registry itself, without the front. */
  readonly bare: OciStore;
}

export async function ociPinnerUnderTest(): Promise<OciPinnerUnderTest> {
  const server = await startOciServer();
  const front = await startOciFront(server);
  const repository = 'team/models';
  const push = new OciPusher(server.host, repository);
  const stores: OciStore[] = [];
  const turns = new EndpointTurns();
  const storeFor = (host: string, credentials: HostCredentials = {}): OciStore => {
    const store = new OciStore({
      allowedHosts: [`http://${host}`, ...Object.keys(credentials).map((other) => `http://${other}`)],
      allowedNetworks: ['127.0.0.0/8'],
      credentials,
      turns,
    });
    stores.push(store);
    return store;
  };
  const uriOf = (name: string): string => `oci://${front.host}/${repository}@${digestOf(name)}`;
  return {
    pinner: storeFor(front.host).pins,
    server,
    front,
    push,
    turns,
    bare: storeFor(server.host),
    plant: async () => {
      const { digest } = await push.manifest([await push.blob(randomBytes(20))]);
      return `oci://${front.host}/${repository}@${digest}`;
    },
    absent: uriOf,
    strip: (place) => removeTag(server, repository, place),
    whileForbidden: async (look) => {
      const tokens = await startTokenServer();
      const guarded = await startOciServer(tokens.auth);
      try {
        const writer = `Bearer ${tokens.issue('repository:team/models:pull,push')}`;
        const { digest } = await new OciPusher(guarded.host, repository, writer).manifest([]);
        tokens.allowed = ['pull'];
        const { pins } = storeFor(guarded.host, { [guarded.host]: tokens.user, [tokens.host]: tokens.user });
        return await look(pins, `oci://${guarded.host}/${repository}@${digest}`, 'registry push');
      } finally {
        await guarded.close();
        await tokens.close();
      }
    },
    whileUnreachable: async (look) => {
      await server.stop();
      try {
        return await look();
      } finally {
        await server.start();
      }
    },
    close: async () => {
      for (const store of stores) store.close();
      await front.close();
      await server.close();
    },
  };
}

/** Removes the protective tag of a manifest in the registry's own store. */
export async function removeTag(server: OciServer, repository: string, place: string): Promise<void> {
  const digest = parseDigest(place.split('@').at(-1));
  if (digest === null) throw new Error(`${place} has no digest`);
  const tags = join(server.folder, 'docker/registry/v2/repositories', repository, '_manifests/tags');
  await rm(join(tags, pinTagOf(digest)), { recursive: true });
}
