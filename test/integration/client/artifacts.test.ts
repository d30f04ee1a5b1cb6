import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

let api: TestApi;
let proxy: CuttingProxy;
let client: LastgoodClient;
beforeAll(async () => {
  api = await startApi();
  proxy = await cuttingProxy(api.url);
  client = new LastgoodClient({ url: proxy.url });
});
afterAll(async () => {
  proxy.close();
  await api.close();
});

const MIB = 1024 * 1024;
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const pieces = (bytes: Buffer): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / MIB) }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB)),
  );

it('bytes go up, are known by their digest, and come down the same', async () => {
  const bytes = randomBytes(5 * MIB + 17);
  const digest = digestOf(bytes);
  await expect(client.hasArtifact(digest)).resolves.toBe(false);
  const progress: number[] = [];
  const upload = await client.uploadArtifact(digest, bytes.length, pieces(bytes), {
    onProgress: (sent) => void progress.push(sent),
  });
  expect(upload).toMatchObject({ digest, size: bytes.length, skipped: false });
  expect(upload.uri).toMatch(/^file:\/\//);
  expect(progress.at(-1)).toBe(bytes.length);
  await expect(client.hasArtifact(digest)).resolves.toBe(true);
  expect((await buffer(await client.openArtifact(digest))).equals(bytes)).toBe(true);
});

it('a second upload of the same bytes sends none and names the same place', async () => {
  const bytes = randomBytes(1000);
  const first = await client.uploadArtifact(digestOf(bytes), bytes.length, pieces(bytes));
  const second = await client.uploadArtifact(digestOf(bytes), bytes.length, pieces(bytes));
  expect(second).toEqual({ ...first, skipped: true });
});

it('a download goes on where the connection broke', async () => {
  const bytes = randomBytes(8 * MIB);
  const digest = digestOf(bytes);
  await client.uploadArtifact(digest, bytes.length, pieces(bytes));
  proxy.cut(); // so that the download needs a new connection
  proxy.cutAfter(3 * MIB);
  expect((await buffer(await client.openArtifact(digest))).equals(bytes)).toBe(true);
});

it('bytes that are not the announced ones are refused and not kept', async () => {
  const bytes = randomBytes(1000);
  const digest = digestOf(randomBytes(1000));
  await expect(client.uploadArtifact(digest, bytes.length, pieces(bytes))).rejects.toMatchObject({
    code: 'upload-mismatch',
  });
  await expect(client.hasArtifact(digest)).resolves.toBe(false);
  await expect(client.openArtifact(digest)).rejects.toMatchObject({ code: 'artifact-not-found' });
});
