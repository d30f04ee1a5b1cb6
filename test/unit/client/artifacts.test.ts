import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ArtifactMismatch, LastgoodClient } from '../../../src/client/index.js';
import { json, problem, scriptedServer } from './scripted-server.js';

const BYTES = randomBytes(300_000);
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`;
const chunks = (): Readable => Readable.from([BYTES.subarray(0, 100_000), BYTES.subarray(100_000)]);

const length = (from: number): Record<string, string> => ({ 'content-length': String(BYTES.length - from) });

describe('uploading an artifact', () => {
  it('sends nothing when the store has it, and lets go of the source', async () => {
    const headers = { 'content-length': String(BYTES.length), 'content-location': 'file:///store/ab' };
    const { url, requests } = await scriptedServer((_, response) => void response.writeHead(200, headers).end());
    const source = chunks();
    const upload = await new LastgoodClient({ url }).uploadArtifact(DIGEST, BYTES.length, source);
    expect(upload).toEqual({ uri: 'file:///store/ab', digest: DIGEST, size: BYTES.length, skipped: true });
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([`HEAD /v1/artifacts/${DIGEST}`]);
    expect(source.destroyed).toBe(true);
  });

  it('sends bytes with their length, and says how far it is', async () => {
    const view = { uri: 's3://models/ab', digest: DIGEST, size: BYTES.length };
    const { url, requests } = await scriptedServer(({ method }, response) => {
      if (method === 'HEAD') response.writeHead(404).end();
      else json(response, view, 201);
    });
    const progress: number[] = [];
    const options = { mediaType: 'application/octet-stream', onProgress: (sent: number) => void progress.push(sent) };
    const upload = await new LastgoodClient({ url }).uploadArtifact(DIGEST, BYTES.length, chunks(), options);
    expect(upload).toEqual({ ...view, skipped: false });
    expect(requests[1]).toMatchObject({ method: 'PUT', headers: { 'content-length': '300000' } });
    expect(requests[1]?.query.get('mediaType')).toBe('application/octet-stream');
    expect(progress).toEqual([100_000, 300_000]);
  });

  it('reports what the registry says of bytes that are not the announced ones', async () => {
    const { url } = await scriptedServer(({ method }, response) => {
      if (method === 'HEAD') response.writeHead(404).end();
      else problem(response, 'upload-mismatch', 'Hash it again.');
    });
    const upload = new LastgoodClient({ url }).uploadArtifact(DIGEST, BYTES.length, chunks());
    await expect(upload).rejects.toMatchObject({ code: 'upload-mismatch', detail: 'Hash it again.' });
  });

  it('does not send bytes to a registry that refuses the token', async () => {
    const { url, requests } = await scriptedServer((_, response) => problem(response, 'unauthorized'));
    await expect(new LastgoodClient({ url }).uploadArtifact(DIGEST, 1, chunks())).rejects.toMatchObject({
      status: 401,
    });
    expect(requests).toHaveLength(1);
  });
});

describe('opening an artifact', () => {
  it('gives its bytes', async () => {
    const { url } = await scriptedServer((_, response) => void response.writeHead(200, length(0)).end(BYTES));
    expect(await buffer(await new LastgoodClient({ url }).openArtifact(DIGEST))).toEqual(BYTES);
  });

  it('goes on from where the connection was cut', async () => {
    const { url, requests } = await scriptedServer(({ headers }, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? 'bytes=0-')?.[1]);
      response.writeHead(from === 0 ? 200 : 206, length(from));
      const part = BYTES.subarray(from, from + 120_000);
      if (from + part.length === BYTES.length) response.end(part);
      else response.write(part, () => setTimeout(() => response.destroy(), 20));
    });
    expect(await buffer(await new LastgoodClient({ url }).openArtifact(DIGEST))).toEqual(BYTES);
    expect(requests.length).toBeGreaterThan(2);
  });

  it('ends in an error when the bytes have another digest', async () => {
    const { url } = await scriptedServer((_, response) => void response.end('something else'));
    const stream = await new LastgoodClient({ url }).openArtifact(DIGEST);
    await expect(buffer(stream)).rejects.toBeInstanceOf(ArtifactMismatch);
  });

  it('is refused before any stream exists when there is none', async () => {
    const { url } = await scriptedServer((_, response) => problem(response, 'artifact-not-found'));
    await expect(new LastgoodClient({ url }).openArtifact(DIGEST)).rejects.toMatchObject({
      code: 'artifact-not-found',
    });
  });
});
