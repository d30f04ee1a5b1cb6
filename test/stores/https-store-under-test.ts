import { HttpsStore, type HttpsStoreOptions } from '../../src/stores/https-store.js';
import { selfSigned } from '../support/self-signed.js';
import { startFileServer, type FileServer } from './https-server.js';
import type { ReadableUnderTest } from './store-under-test.js';

/** A store that may ask one real server over TLS, whose certificate it trusts. */
export async function httpsStoreUnderTest(
  options: Partial<HttpsStoreOptions> = {},
): Promise<ReadableUnderTest & { store: HttpsStore; server: FileServer; certificate: string }> {
  const signed = selfSigned();
  const server = await startFileServer(signed);
  const store = new HttpsStore({
    allowedHosts: [server.host],
    allowedNetworks: ['127.0.0.0/8'],
    ca: signed.certificate,
    ...options,
  });
  const uriNamed = (name: string): string =>
    `https://${server.host}/${name.split('/').map(encodeURIComponent).join('/')}`;
  return {
    store,
    server,
    certificate: signed.certificate,
    uriNamed,
    plant: async (name, bytes) => {
      server.files.set(name, bytes);
      return uriNamed(name);
    },
    whileForbidden: async (look) => {
      server.answers.set('secret', (_request, response) => response.writeHead(403).end());
      return look(uriNamed('secret'));
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
      store.close();
      await server.stop();
    },
  };
}
