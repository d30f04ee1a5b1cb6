import { describe, expect, it, onTestFinished } from 'vitest';
import { Downloads } from '../../../src/agent/download/index.js';
import { digestOf } from '../../../src/domain/digest.js';
import { StoreRefusal } from '../../../src/stores/store-refusal.js';
import { StoreSet } from '../../../src/stores/store-set.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';
import { startFileServer } from '../https-server.js';
import { freshBytes } from '../sample-bytes.js';
import { MIB, QUICK } from './node.js';

describe('a download from a server that asks to be left alone', () => {
  it('goes on when the time is over, also where it began within that time', async () => {
    const server = await startFileServer();
    const { cache } = await openCache(await emptyFolder());
    const allowed = { allowedHosts: [`http://${server.host}`], allowedNetworks: ['127.0.0.0/8'] };
    const limits = { mostWaitMs: 300 };
    const stores = await StoreSet.open({ file: { folder: await emptyFolder() }, https: allowed, limits });
    const downloads = new Downloads(cache, stores, { ...QUICK, capMs: 300 });
    onTestFinished(async () => {
      await downloads.close();
      stores.close();
      await server.stop();
    });
    const artifacts = ['small', 'large'].map((path) => {
      const bytes = freshBytes(path === 'small' ? 100 : 3 * MIB);
      server.files.set(path, bytes);
      return { path, uri: `http://${server.host}/${path}`, digest: digestOf(bytes), size: bytes.length };
    });
    server.answers.set('asks', (_request, response) => response.writeHead(429, { 'retry-after': '300' }).end());
    const uri = `http://${server.host}/asks`;
    const store = await stores.forUri(uri);
    if (store instanceof StoreRefusal) throw new Error(store.text);
    expect(await store.stat(uri)).toMatchObject({ state: 'unreachable' });

    const result = await downloads.fetch({ model: 'fraud', version: 1, artifacts });
    expect(result).toEqual({ state: 'resident', bytesFetched: 3 * MIB + 100 });
  });
});
