import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { digestOf } from '../../../src/domain/digest.js';
import { startFileServer, type FileServer } from '../../stores/https-server.js';
import { startApi, type TestApi } from '../../support/api.js';
import { registration } from '../../support/registering.js';

const POLL = { timeout: 60_000, interval: 50 };

/** An index for platforms of these names, which are the registry's own words. */
const indexFor = (systems: string[]): string => {
  const manifests = systems.map((os, at) => {
    return { digest: digestOf(`${at}`), size: 1, platform: { os, architecture: 'amd64' } };
  });
  return JSON.stringify({ schemaVersion: 2, manifests });
};

describe('the checks of what lies at a host that says and sends what it likes', () => {
  let registry: FileServer;
  let api: TestApi;
  beforeAll(async () => {
    registry = await startFileServer();
    // A registry it is: one that says no such thing is not believed when it says that something is missing.
    registry.files.set('v2/', Buffer.from('{}'));
    const env = {
      LASTGOOD_OCI_ALLOWED_HOSTS: `http://${registry.host}`,
      LASTGOOD_HTTPS_ALLOWED_HOSTS: `http://${registry.host}`,
      LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
    };
    api = await startApi({ jobs: true, env });
  });
  afterAll(async () => {
    await api.close();
    await registry.stop();
  });

  const look = async (model: string, index: string) => {
    registry.files.set(`v2/team/app/manifests/${digestOf(index)}`, Buffer.from(index));
    const image = `${registry.host}/team/app@${digestOf(index)}`;
    const body = { ...registration(api, model), image };
    await api.as('ana').post(`/v1/models/${model}/versions`).send(body).expect(201);
    const checks = async () => {
      const answer = await api.as('ana').get(`/v1/models/${model}/versions/1/checks`).expect(200);
      return (answer.body.items as CheckView[]).filter(({ kind }) => kind === 'image' || kind === 'artifact');
    };
    await expect.poll(checks, POLL).toHaveLength(2);
    return (await checks()).find(({ kind }) => kind === 'image');
  };

  it('read no more bytes than were announced, though they never end', async () => {
    let sent = 0;
    registry.answers.set('endless', ({ method }, response) => {
      if (method === 'HEAD') {
        response.writeHead(200, { 'content-length': '70000' }).end();
        return;
      }
      const piece = Buffer.alloc(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) sent += piece.byteLength;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const artifacts = [{ uri: `http://${registry.host}/endless`, digest: digestOf('x'), size: 70_000, path: 'w' }];
    const body = { ...registration(api, 'endless'), artifacts };
    await api.as('ana').post('/v1/models/endless/versions').send(body).expect(201);
    await api.as('ana').post('/v1/models/endless/versions/1/checks').send({ deep: true }).expect(202);
    const content = async () => {
      const answer = await api.as('ana').get('/v1/models/endless/versions/1/checks').expect(200);
      return (answer.body.items as CheckView[]).filter(({ kind }) => kind === 'content');
    };
    await expect.poll(content, POLL).toMatchObject([{ state: 'changed' }]);
    expect((await content())[0]?.evidence['said']).toBe(
      'the store gave more than the 70000 bytes that it had announced',
    );
    // What lay in buffers on the way is sent, and no more.
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['zero', 'a\u0000b'],
    ['surrogate', 'a\ud800b'],
    ['lines', 'a\r\nlevel=fatal\u001b[31m\u009b\u2028b'],
  ])(
    'of an image are recorded, with all else that was looked at, whatever characters there are (%s)',
    async (model, text) => {
      const check = await look(model, indexFor([text]));
      expect(check).toMatchObject({ state: 'missing' });
      expect(String(check?.evidence['said'])).toMatch(/it has: a�+[^\p{Cc}\u2028]*b\/amd64$/u);
    },
  );

  it('of an image are recorded in a few words, however many there are', async () => {
    const check = await look('long', indexFor(Array.from({ length: 10 }, (_, at) => `${at}`.repeat(300_000))));
    expect(check).toMatchObject({ state: 'missing' });
    expect(JSON.stringify(check?.evidence).length).toBeLessThan(3_000);
  });
});
