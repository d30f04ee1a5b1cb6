import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileStore } from '../../src/stores/file-store.js';
import { fileUriOf } from '../../src/stores/file-uri.js';
import { HeldFolders, SILENT_MS } from './held-folders.js';
import { allOf, freshBytes, putOf } from './sample-bytes.js';
import { thrownBy } from './thrown-by.js';

const patient = { timeout: 60_000, interval: 5 };

describe('a folder that does not answer', () => {
  let place: string;
  let [folder, away, well] = ['', '', ''];
  let folders: HeldFolders;
  let store: FileStore;
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'lastgood-silent-'));
    [folder, away, well] = [join(place, 'store'), join(place, 'away'), join(place, 'well')];
    for (const root of [away, well]) {
      await mkdir(root);
      await writeFile(join(root, 'model'), freshBytes(3_000_000));
    }
    folders = new HeldFolders([away, folder]);
    store = new FileStore({ folder, roots: [away, well], folders });
  });
  afterEach(async () => {
    folders.letGo();
    await rm(place, { recursive: true, force: true });
  });

  const uri = (root: string, name = 'model'): string => fileUriOf(join(root, name));
  const evidence = (root = away): string =>
    `the folder ${root} did not answer within ${SILENT_MS / 1000} s: is its server away?`;
  const openFiles = (): string[] =>
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/self/fd/${fd}`);
        return path.startsWith(place) ? [path] : [];
      } catch {
        return [];
      }
    });

  // A busy disk may take longer to write than these folders have to answer.
  const uploads = async (): Promise<boolean> => {
    const put = await store.put(putOf(freshBytes(1_000))).catch(() => null);
    return put !== null && put.created;
  };

  it('is unreachable to looks, listings and reads, and says nothing about another', async () => {
    folders.hold(away);
    expect(await store.stat(uri(away))).toEqual({ state: 'unreachable', evidence: evidence() });
    const begun = folders.begun;
    expect(await store.stat(`${fileUriOf(away)}/`)).toEqual({ state: 'unreachable', evidence: evidence() });
    expect(await thrownBy(store.read(uri(away)))).toMatchObject({ code: 'unreachable', evidence: evidence() });
    expect(folders.begun).toBe(begun);
    expect(await store.stat(uri(well))).toMatchObject({ state: 'present' });
    expect(await store.stat(uri(well, 'nothing'))).toMatchObject({ state: 'missing' });
  });

  it('is asked few things at once by ten thousand looks, and all are told', async () => {
    folders.hold(away);
    const seen = await Promise.all(Array.from({ length: 10_000 }, () => store.stat(uri(away))));
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ state: 'unreachable', evidence: evidence() })]),
    );
    expect(folders.begun).toBe(4);
  });

  it('is seen again when it answers, and leaves no file open', async () => {
    folders.hold(away);
    await store.stat(uri(away));
    folders.letGo();
    await vi.waitUntil(async () => (await store.stat(uri(away))).state === 'present', patient);
    expect((await allOf(store.read(uri(away)))).byteLength).toBe(3_000_000);
    await vi.waitUntil(() => openFiles().length === 0, patient);
  });

  it('ends a stream in the middle, and the file is closed when it answers', async () => {
    const stream = await store.read(uri(away));
    const error = await thrownBy(
      (async () => {
        for await (const chunk of stream) if (chunk !== null) folders.hold(away);
      })(),
    );
    expect(error).toMatchObject({ name: 'StoreError', code: 'unreachable', evidence: evidence() });
    expect(stream.closed).toBe(true);
    expect(openFiles()).toEqual([join(away, 'model')]);
    folders.letGo();
    await vi.waitUntil(() => openFiles().length === 0, patient);
  });

  it('closes a file that it opens too late', async () => {
    let opened = false;
    const slow = folders.of(away);
    const run = slow.run.bind(slow);
    // Held after the file was opened: what came of it is handed over only now.
    vi.spyOn(slow, 'run').mockImplementation((work, options) =>
      run(async () => {
        const value = await work();
        if (openFiles().length === 0) return value;
        opened = true;
        folders.hold(away);
        await run(async () => undefined);
        return value;
      }, options),
    );
    // On a busy machine it may fall silent before it comes to the file.
    const error = await vi.waitFor(async () => {
      const thrown = await thrownBy(store.read(uri(away)));
      expect(opened).toBe(true);
      return thrown;
    }, patient);
    expect(error).toMatchObject({ code: 'unreachable' });
    folders.letGo();
    await vi.waitUntil(() => openFiles().length === 0, patient);
  });

  it('refuses nothing below it, and everything outside as ever', async () => {
    await symlink('/etc', join(well, 'out'));
    folders.hold(away);
    expect(await store.refuses(uri(away))).toBeNull();
    expect(await store.refuses(uri(well))).toBeNull();
    expect(await store.refuses('file:///etc/hostname')).toMatchObject({ code: 'outside-roots' });
    expect(await store.refuses(uri(well, 'out/hostname'))).toMatchObject({ code: 'outside-roots' });
    expect(await store.stat(uri(well, 'out/hostname'))).toMatchObject({ state: 'forbidden' });
  });

  it('ends an upload, which leaves nothing behind when it answers', async () => {
    folders.hold(folder);
    const request = putOf(freshBytes(1_000));
    const error = await thrownBy(store.put(request));
    expect(error).toMatchObject({ code: 'unreachable', evidence: evidence(folder) });
    folders.letGo();
    await vi.waitUntil(async () => (await store.stat(store.uriOf(request.digest))).state === 'missing', patient);
    await vi.waitUntil(uploads, patient);
    await vi.waitUntil(() => openFiles().length === 0, patient);
  });

  it('ends an upload in the middle, too, which leaves nothing behind when it answers', async () => {
    const bytes = freshBytes(1_000);
    const open = (): Readable =>
      Readable.from(
        (function* () {
          folders.hold(folder);
          yield bytes;
        })(),
      );
    const error = await thrownBy(store.put(putOf(bytes, { open })));
    expect(error).toMatchObject({ code: 'unreachable', evidence: evidence(folder) });
    folders.letGo();
    await vi.waitUntil(() => openFiles().length === 0, patient);
    await vi.waitUntil(async () => (await readdir(join(folder, '.incoming'))).length === 0, patient);
    await vi.waitUntil(uploads, patient);
  });

  it('is asked beside others that hang, too, where a link or a URI leads out of all that answer', async () => {
    folders = new HeldFolders([]);
    store = new FileStore({ folder, roots: [away, well], folders });
    for (const root of [folder, away, well]) folders.hold(root);
    const refused = store.refuses('file:///etc/hostname');
    await vi.waitUntil(() => folders.waiting === 3, patient);
    folders.letGo();
    expect(await refused).toMatchObject({ code: 'outside-roots' });
  });

  it('holds up no link from one folder into another', async () => {
    const other = join(place, 'other');
    await mkdir(other);
    await symlink(join(well, 'model'), join(other, 'linked'));
    folders = new HeldFolders([]);
    store = new FileStore({ folder, roots: [away, well, other], folders });
    expect(await store.stat(uri(other, 'linked'))).toMatchObject({ state: 'present' });
    folders.hold(away);
    expect(await store.stat(uri(other, 'linked'))).toMatchObject({ state: 'present' });
  });

  it('ends a question at once when whoever asks has gone', async () => {
    folders = new HeldFolders([]);
    store = new FileStore({ folder, roots: [away], folders });
    folders.hold(away);
    const abort = new AbortController();
    const seen = store.stat(uri(away), { signal: abort.signal });
    await vi.waitUntil(() => folders.waiting > 0, patient);
    abort.abort(new Error('enough'));
    await expect(seen).rejects.toThrow('enough');
  });
});
