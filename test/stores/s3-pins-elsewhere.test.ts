import { GetObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { S3Store } from '../../src/stores/s3-store.js';
import { startPoorS3, type PoorAnswer, type PoorS3 } from '../support/poor-s3.js';
import { layObject, makeBucket, s3ClientFor } from '../support/s3-buckets.js';

describe('pins of objects on servers that lack what they take', () => {
  let client: S3Client;
  let poor: PoorS3;
  const stores: S3Store[] = [];
  beforeAll(async () => {
    const { endpoint, keys } = inject('s3');
    client = s3ClientFor(endpoint, keys);
    poor = await startPoorS3(endpoint);
  });
  afterEach(() => {
    poor.answers = {};
  });
  afterAll(async () => {
    for (const store of stores) store.close();
    client?.destroy();
    await poor?.close();
  });

  const planted = async (kind: 'plain' | 'locked'): Promise<{ bucket: string; place: string; store: S3Store }> => {
    const bucket = await makeBucket(client, kind);
    await layObject(client, bucket, 'a.bin', 'weights');
    const store = new S3Store({ bucket, endpoint: poor.endpoint, credentials: inject('s3').keys });
    stores.push(store);
    return { bucket, place: `s3://${bucket}/a.bin`, store };
  };

  it.each<PoorAnswer>([
    { status: 501, code: 'NotImplemented' },
    { status: 405, code: 'MethodNotAllowed' },
    { status: 400, code: 'InvalidRequest' },
  ])('are unsupported where the server has neither holds nor tags: $status $code', async (answer) => {
    const { place, store } = await planted('plain');
    poor.answers = { 'GET legal-hold': answer, 'GET tagging': answer };
    const evidence = expect.stringMatching(
      new RegExp(`answered ${answer.status} ${answer.code}: it knows neither legal holds nor tags of objects here$`),
    );
    expect(await store.pins.pinned(place)).toEqual({ state: 'unsupported', evidence });
  });

  it.each([
    ['an empty object', ''],
    ['XML that is the object', '<model/>'],
  ])('are unsupported where the server takes the questions for reads, and writes nothing: %s', async (_, body) => {
    const { place, store } = await planted('plain');
    const read: PoorAnswer = { status: 200, body };
    poor.answers = { 'GET legal-hold': read, 'GET tagging': read, 'PUT legal-hold': read, 'PUT tagging': read };
    const before = poor.answered.length;
    expect(await store.pins.pinned(place)).toMatchObject({ state: 'unsupported' });
    const target = { place, versionId: '', how: 'object-tag' } as const;
    for (const asked of [store.pins.pin(target), store.pins.unpin(target)])
      expect(await asked).toMatchObject({ state: 'unsupported' });
    expect(poor.answered.slice(before).filter((asked) => asked.startsWith('PUT'))).toEqual([]);
  });

  it('are unreachable where an answer makes no sense, so that it is asked again', async () => {
    const { place, store } = await planted('plain');
    poor.answers = { 'GET legal-hold': { status: 200, body: 'weights' } };
    const evidence = expect.stringMatching(/answered 200 and what is no answer of S3$/);
    expect(await store.pins.pinned(place)).toEqual({ state: 'unreachable', evidence });
  });

  it('are unsupported, and no outage, where the server refuses the tags', async () => {
    const { bucket, place, store } = await planted('plain');
    poor.answers = { 'PUT tagging': { status: 400, code: 'BadRequest' } };
    const evidence = expect.stringMatching(/answered 400 BadRequest: it does not take the tags$/);
    expect(await store.pins.pin({ place, versionId: '', how: 'object-tag' })).toEqual({
      state: 'unsupported',
      evidence,
    });
    expect((await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: 'a.bin' }))).TagSet).toEqual([]);
  });

  it.each([
    ['an empty answer', ''],
    ['a web page', '<html>\r\n<head><title>400 Bad Request</title></head>\r\n</html>\r\n'],
  ])('are unreachable, and no tags for a while, where a proxy answers 400 with %s', async (_what, body) => {
    const { place, store } = await planted('locked');
    const refused: PoorAnswer = { status: 400, body };
    poor.answers = { 'GET legal-hold': refused, 'GET tagging': refused, 'PUT legal-hold': refused };
    const evidence = expect.stringMatching(/answered 400/) as unknown;
    expect(await store.pins.pinned(place)).toEqual({ state: 'unreachable', evidence });
    const target = { place, versionId: '', how: 'legal-hold' } as const;
    expect(await store.pins.pin(target)).toEqual({ state: 'unreachable', evidence });
    poor.answers = {};
    expect(await store.pins.pinned(place)).toMatchObject({ state: 'absent', target: { how: 'legal-hold' } });
  });

  it('are tags where the server says no more of holds than the id of the request', async () => {
    const { place, store } = await planted('plain');
    poor.answers = { 'GET legal-hold': { status: 400, body: '', requestId: 'tx1' } };
    expect(await store.pins.pinned(place)).toMatchObject({ state: 'absent', target: { how: 'object-tag' } });
  });

  it('are no tags in a bucket with object lock because credentials ended just then', async () => {
    const { place, store } = await planted('locked');
    poor.answers = { 'GET legal-hold': { status: 400, code: 'ExpiredToken' } };
    expect(await store.pins.pinned(place)).toMatchObject({ state: 'unreachable' });
    poor.answers = {};
    expect(await store.pins.pinned(place)).toMatchObject({ state: 'absent', target: { how: 'legal-hold' } });
  });

  it('are tags where the server has never heard of holds', async () => {
    const { place, store } = await planted('plain');
    poor.answers = { 'GET legal-hold': { status: 501, code: 'NotImplemented' } };
    const target = { place, versionId: '', how: 'object-tag' } as const;
    expect(await store.pins.pinned(place)).toEqual({ state: 'absent', target });
    expect(await store.pins.pin(target)).toEqual({ state: 'set', target });
  });
});
