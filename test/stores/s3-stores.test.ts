import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { storeOptions } from '../../src/entry/store-options.js';
import { loadConfig } from '../../src/platform/config/index.js';
import { StoreRefusal } from '../../src/stores/store-refusal.js';
import { StoreSet } from '../../src/stores/store-set.js';
import { layObject, s3ClientFor } from '../support/s3-buckets.js';
import type { S3Keys } from '../support/s3-server.js';
import { allListed } from './all-listed.js';
import { startFileServer, type FileServer } from './https-server.js';
import { allOf, freshBytes } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

describe('several S3 stores', () => {
  let folder: string;
  const sets: StoreSet[] = [];
  const key = `several/${randomUUID()}/model`;
  const bytes = freshBytes(100);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lastgood-s3-stores-'));
    const { bucket, privateBucket, keys, otherKeys } = inject('s3');
    await plant(keys, bucket);
    await plant(otherKeys, privateBucket);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    for (const set of sets.splice(0)) set.close();
  });

  async function plant(keys: S3Keys, bucket: string): Promise<void> {
    const client = s3ClientFor(inject('s3').endpoint, keys);
    await layObject(client, bucket, key, bytes);
    client.destroy();
  }

  /** The stores of a process that is configured so: the account of `S3_BUCKET`, and those of the file. */
  async function configured(own: S3Keys, further: unknown[], env: Record<string, string> = {}): Promise<StoreSet> {
    const file = join(folder, 'stores.json');
    await writeFile(file, JSON.stringify(further));
    const { bucket, endpoint } = inject('s3');
    const s3 = { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: own.accessKeyId };
    const secret = { S3_SECRET_ACCESS_KEY: own.secretAccessKey, LASTGOOD_S3_STORES_FILE: file };
    const set = await StoreSet.open(
      storeOptions(loadConfig({ env: { LASTGOOD_DATA: folder, ...s3, ...secret, ...env } })),
    );
    sets.push(set);
    return set;
  }
  /** The account's keys as a file has them; clients write further fields into the objects that they are given. */
  const fields = ({ accessKeyId, secretAccessKey }: S3Keys) => ({ accessKeyId, secretAccessKey });
  const storeOf = async (set: StoreSet, uri: string) => {
    const store = await set.forUri(uri);
    if (store instanceof StoreRefusal) throw new Error(store.text);
    return store;
  };

  it('each look, list and read with their own credentials, taken from where the file says', async () => {
    const { endpoint, bucket, privateBucket, keys, otherKeys } = inject('s3');
    await writeFile(join(folder, 'secret'), `${otherKeys.secretAccessKey}\n`);
    const credentials = { accessKeyIdEnv: 'OTHER_KEY_ID', secretAccessKeyFile: 'secret' };
    const other = { name: 'other', endpoint, buckets: [privateBucket], credentials };
    const set = await configured(keys, [other], { OTHER_KEY_ID: otherKeys.accessKeyId });
    for (const name of [bucket, privateBucket]) {
      const uri = `s3://${name}/${key}`;
      const store = await storeOf(set, uri);
      expect(await store.stat(uri)).toMatchObject({ state: 'present', size: 100 });
      expect((await allOf(store.read(uri))).equals(bytes)).toBe(true);
      const files = await allListed(store.list(uri.replace(/[^/]*$/, '')));
      expect(files.map(({ path }) => path)).toEqual(['model']);
      expect(await set.pins.pinned(uri)).toMatchObject({ state: 'absent' });
    }
  });

  it('are refused what only the credentials of another may do', async () => {
    const { endpoint, privateBucket, bucket, keys, otherKeys } = inject('s3');
    const swapped = await configured(otherKeys, [
      { name: 'a', endpoint, buckets: [privateBucket], credentials: fields(keys) },
    ]);
    for (const name of [bucket, privateBucket]) {
      const uri = `s3://${name}/${key}`;
      const store = await storeOf(swapped, uri);
      expect(await store.stat(uri)).toMatchObject({ state: 'forbidden' });
      expect(await thrownBy(store.read(uri))).toMatchObject({ code: 'forbidden' });
    }
  });

  it('serve no bucket that none of them names', async () => {
    const { endpoint, bucket, privateBucket, keys } = inject('s3');
    const set = await configured(keys, [
      { name: 'other', endpoint, buckets: [privateBucket], credentials: fields(keys) },
    ]);
    expect(await set.forUri('s3://elsewhere/key')).toEqual({
      code: 'unknown-bucket',
      text: `s3://elsewhere/key lies in the bucket elsewhere, and the buckets served here are: ${bucket}, ${privateBucket}; S3_BUCKET and LASTGOOD_S3_STORES_FILE name them`,
    });
  });

  it('are one store each, though one is down', async () => {
    const { bucket, keys } = inject('s3');
    const down = { name: 'down', endpoint: 'http://127.0.0.1:9', buckets: ['down'], credentials: fields(keys) };
    const set = await configured(keys, [down]);
    const [there, away] = [`s3://${bucket}/${key}`, 's3://down/model'];
    expect(await (await storeOf(set, away)).stat(away)).toMatchObject({ state: 'unreachable' });
    expect(await (await storeOf(set, there)).stat(there)).toMatchObject({ state: 'present' });
  });

  it('cannot serve one bucket twice', async () => {
    const s3 = { bucket: 'models', credentials: inject('s3').keys };
    await expect(StoreSet.open({ s3, s3Stores: [s3] })).rejects.toThrow('two S3 stores serve the bucket models');
  });

  describe('on servers that note who asks', () => {
    let servers: FileServer[];
    beforeAll(async () => (servers = await Promise.all([startFileServer(), startFileServer()])));
    afterAll(() => Promise.all(servers.map((server) => server.stop())));

    it('send each server the credentials of its own store alone, and print none', async () => {
      const accounts = servers.map(({ host }, at) => ({
        name: `store-${at}`,
        endpoint: `http://${host}`,
        buckets: [`bucket-${at}`],
        credentials: {
          accessKeyId: `ACCOUNT${at}`,
          secretAccessKey: `the-secret-of-${at}`,
          sessionToken: `token-${at}`,
        },
      }));
      const set = await configured({ accessKeyId: 'OWN', secretAccessKey: 'own-secret' }, accounts);
      const seen: unknown[] = [set];
      for (const at of [0, 1]) {
        const uri = `s3://bucket-${at}/model`;
        const store = await storeOf(set, uri);
        seen.push(await store.stat(uri), await thrownBy(store.read(uri)));
      }
      for (const [at, { arrived }] of servers.entries()) {
        // A look, the request that has its refusal explained, and a read.
        expect(arrived.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET']);
        for (const { headers } of arrived) {
          expect(headers.authorization).toContain(`Credential=ACCOUNT${at}/`);
          expect(headers['x-amz-security-token']).toBe(`token-${at}`);
        }
      }
      const printed = inspect(seen, { depth: null, showHidden: true });
      for (const secret of ['the-secret-of', 'own-secret', 'token-']) expect(printed).not.toContain(secret);
    });
  });
});
