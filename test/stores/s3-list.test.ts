import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { allListed } from './all-listed.js';
import { s3StoreUnderTest } from './s3-store-under-test.js';
import { freshBytes } from './sample-bytes.js';

describe('keys as a prefix', () => {
  let at: Awaited<ReturnType<typeof s3StoreUnderTest>>;
  beforeAll(async () => (at = await s3StoreUnderTest()));
  afterAll(() => at?.close());

  it.each([
    ['a//b', '"a//b"'],
    ['/a', '"/a"'],
    ['a\u0001b', '"a\\u0001b"'],
    ['a\nb', '"a\\nb"'],
    ['folder/', '"folder/"'],
  ])('name the key that no file can have: %j', async (name, shown) => {
    const below = `unfit-${Buffer.from(name).toString('hex')}`;
    await at.plant(`${below}/${name}`, freshBytes(5));
    const seen = await at.store.stat(at.uriNamed(`${below}/`));
    expect(seen).toMatchObject({
      state: 'unsupported',
      evidence: expect.stringContaining(`the file ${shown} below it`),
    });
  });

  it('say which permission a list takes', async () => {
    await at.whileForbidden(async (uri) => {
      const seen = await at.store.stat(uri.replace(/[^/]*$/, ''));
      expect(seen).toMatchObject({
        evidence: expect.stringMatching(/403 AccessDenied: .* \(it takes s3:ListBucket\)$/),
      });
    });
  });

  it('are given up on where the server keeps the line open and says nothing', async () => {
    const hasty = await s3StoreUnderTest({ idleMs: 400, statMs: 600, attempts: 1 });
    hasty.line.stall();
    const seen = await hasty.store.stat(hasty.uriNamed('silent/'));
    await hasty.close();
    expect(seen).toMatchObject({ state: 'unreachable', evidence: expect.stringContaining('time limit') });
  });

  it('are not given up on because whoever reads them takes long', async () => {
    const limits = { idleMs: 2_000, statMs: 2_000, attempts: 1 };
    const hasty = await s3StoreUnderTest(limits);
    await hasty.plant('slow/one', freshBytes(5));
    await hasty.plant('slow/two', freshBytes(5));
    const files: string[] = [];
    for await (const { path } of hasty.store.list(hasty.uriNamed('slow/'))) {
      files.push(path);
      await sleep(limits.statMs + 100);
    }
    expect(files).toEqual(['one', 'two']);
    await hasty.close();
  });

  it('are missing, as all the bucket is, where there is no bucket', async () => {
    const { endpoint, keys: credentials } = inject('s3');
    const store = new S3Store({ bucket: 'lastgood-no-such-bucket', endpoint, credentials });
    onTestFinished(() => store.close());
    const evidence = expect.stringContaining('404 NoSuchBucket');
    expect(await store.stat('s3://lastgood-no-such-bucket/a/')).toEqual({ state: 'missing', evidence });
  });
});

const KEYS = { accessKeyId: 'a', secretAccessKey: 'b' };

describe('a server whose lists do not end as they should', () => {
  const page = (more: string): string =>
    `<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>a/b+c</Key><Size>5</Size></Contents>${more}</ListBucketResult>`;

  async function storeOn(more: string): Promise<S3Store> {
    const server: Server = createServer((_request, response) => response.end(page(more)));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const store = new S3Store({ bucket: 'models', endpoint: `http://127.0.0.1:${port}`, credentials: KEYS });
    onTestFinished(() => {
      store.close();
      server.closeAllConnections();
      server.close();
    });
    return store;
  }

  it.each([
    ['it gives no place to go on from', '<IsTruncated>true</IsTruncated>', 'before the end'],
    [
      'it gives the same place again and again',
      '<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>',
      'began its list of objects anew',
    ],
  ])('is unreachable, and not taken for complete, when %s', async (_what, more, text) => {
    const store = await storeOn(more);
    const seen = await store.stat('s3://models/a/');
    expect(seen).toMatchObject({ state: 'unreachable', evidence: expect.stringContaining(text) });
  });

  it('is understood when it does not know of encoded keys', async () => {
    const store = await storeOn('<IsTruncated>false</IsTruncated>');
    const files = await allListed(store.list('s3://models/a/'));
    expect(files).toEqual([{ path: 'b+c', uri: 's3://models/a/b%2Bc', size: 5 }]);
  });
});
