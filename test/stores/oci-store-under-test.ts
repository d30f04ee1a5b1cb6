import { OciStore, type OciStoreOptions } from '../../src/stores/oci-store.js';
import { digestOf } from '../../src/domain/digest.js';
import { IMAGE_MANIFEST, OciPusher } from '../support/oci-push.js';
import { startOciServer, type OciServer } from '../support/oci-server.js';
import type { ReadableUnderTest } from './store-under-test.js';

/** A store that may ask one real registry, without TLS, and a way to push to it. */
export interface OciStoreUnderTest extends ReadableUnderTest {
  readonly store: OciStore;
  readonly server: OciServer;
  readonly push: OciPusher;
  /** Another store on the same registry, which has seen nothing yet. */
  another(options?: Partial<OciStoreOptions>): OciStore;
}

/** Starts a registry. Planted objects are artifacts with one layer. */
export async function ociStoreUnderTest(): Promise<OciStoreUnderTest> {
  const server = await startOciServer();
  const guarded = await startOciServer({ htpasswd: 'nobody:x\n' });
  const stores: OciStore[] = [];
  const another = (options: Partial<OciStoreOptions> = {}): OciStore => {
    const allowedHosts = [`http://${server.host}`, `http://${guarded.host}`];
    const store = new OciStore({ allowedHosts, allowedNetworks: ['127.0.0.0/8'], ...options });
    stores.push(store);
    return store;
  };
  const push = new OciPusher(server.host, 'team/models');
  return {
    store: another(),
    server,
    push,
    another,
    uriNamed: (name) => push.uriOf({ digest: digestOf(name) }),
    plant: async (name, bytes) => {
      const layer = await push.blob(bytes, 'application/octet-stream');
      const titled = { ...layer, annotations: { 'org.opencontainers.image.title': name } };
      return push.uriOf(await push.manifest([titled], IMAGE_MANIFEST));
    },
    whileForbidden: (look) => look(`oci://${guarded.host}/team/models@${digestOf('secret')}`),
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
      await server.close();
      await guarded.close();
    },
  };
}
