import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { OciStore } from '../../src/stores/oci-store.js';
import { selfSigned } from '../support/self-signed.js';
import { startFileServer, type FileServer } from './https-server.js';

const signed = selfSigned();
const layer = Buffer.from('weights');
const manifest = JSON.stringify({ schemaVersion: 2, layers: [{ digest: digestOf(layer), size: layer.byteLength }] });
const atManifest = `v2/team/app/manifests/${digestOf(manifest)}`;
const atLayer = `v2/team/app/blobs/${digestOf(layer)}`;
const basic = `Basic ${Buffer.from('reader:hunter2-secret').toString('base64')}`;

describe('a challenge', () => {
  let registry: FileServer;
  let other: FileServer;
  let plain: FileServer;
  let store: OciStore;
  beforeAll(async () => {
    registry = await startFileServer(signed);
    other = await startFileServer(signed);
    plain = await startFileServer();
  });
  beforeEach(() => {
    for (const server of [registry, other, plain]) {
      server.arrived.length = 0;
      server.answers.clear();
      server.answers.set('token', (_request, response) => response.end('{"token":"t0ken"}'));
    }
    store = new OciStore({
      allowedHosts: [registry.host, other.host, `http://${plain.host}`],
      allowedNetworks: ['127.0.0.0/8'],
      ca: signed.certificate,
      credentials: { [registry.host]: { username: 'reader', password: 'hunter2-secret' } },
    });
  });
  afterEach(() => store.close());
  afterAll(async () => {
    for (const server of [registry, other, plain]) await server.stop();
  });

  const challenges = (server: FileServer, path: string, realm: string): void =>
    void server.answers.set(path, (_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end();
    });
  const look = (): Promise<unknown> => store.statImage(`${registry.host}/team/app@${digestOf(manifest)}`);
  const given = (server: FileServer): unknown[] => server.arrived.map(({ headers }) => headers.authorization);

  it('of the registry sends its credentials to the token server that it names, and nobody else', async () => {
    challenges(registry, atManifest, `https://${other.host}/token`);
    expect(await look()).toMatchObject({ state: 'forbidden' });
    expect(given(other)).toEqual([basic]);
    expect(given(registry)).toEqual([undefined, 'Bearer t0ken']);
  });

  it.each([
    ['Bearer', (host: string) => `Bearer realm="https://${host}/token"`],
    ['Basic', () => 'Basic realm="x"'],
  ])('of a host that the registry redirects to (%s) has no credentials sent anywhere', async (_scheme, header) => {
    registry.answers.set(atManifest, (_request, response) => response.end(manifest));
    registry.answers.set(atLayer, (_request, response) => {
      response.writeHead(307, { location: `https://${other.host}/blob?X-Amz-Signature=hunter2` }).end();
    });
    other.answers.set('blob', (_request, response) => {
      response.writeHead(401, { 'www-authenticate': header(other.host) }).end();
    });
    const said = `answered 401 (by ${other.host}, where ${registry.host} redirects to)`;
    const seen = await look();
    expect(seen).toEqual({ state: 'forbidden', evidence: expect.stringContaining(said) });
    expect(given(other)).toEqual([undefined]);
    expect(JSON.stringify([seen, other.arrived.map(({ headers }) => headers)])).not.toContain('hunter2');
  });

  it('that names a token server without TLS is not met, even where that host may be asked', async () => {
    challenges(registry, atManifest, `http://${plain.host}/token`);
    const evidence = expect.stringContaining(`names the token server ${plain.host} without TLS, which is not asked`);
    expect(await look()).toEqual({ state: 'forbidden', evidence });
    expect(plain.arrived).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/latest',
    'https://metadata.google.internal/computeMetadata/v1',
    'file:///etc/passwd',
    'https://user:hunter2@127.0.0.1:1/token',
    'https://127.0.0.1:1/token',
  ])('that names %s leads nowhere', async (realm) => {
    challenges(registry, atManifest, realm);
    const seen = await look();
    expect(seen).toMatchObject({ state: expect.stringMatching(/^(forbidden|unreachable)$/) });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });
});
