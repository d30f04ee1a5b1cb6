import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hexOf, type Digest } from '../../src/domain/digest.js';
import { MANIFEST_TYPES } from '../../src/stores/oci-manifest.js';
import type { PinTarget } from '../../src/stores/pinner.js';
import { registryProgram } from '../support/oci-package.js';
import { IMAGE_INDEX, type Pushed } from '../support/oci-push.js';
import { ociPinnerUnderTest, type OciPinnerUnderTest } from './oci-pinner-under-test.js';
import { pinContract } from './pin-contract.js';
import { placesOf } from './pinner-under-test.js';

const run = promisify(execFile);

pinContract('manifests in a registry', ociPinnerUnderTest);

describe('a pinned manifest', () => {
  let under: OciPinnerUnderTest;
  beforeAll(async () => {
    under = await ociPinnerUnderTest();
  });
  afterAll(() => under?.close());

  const manifest = async (): Promise<Pushed> => under.push.manifest([await under.push.blob(randomBytes(20))]);
  const targetOf = (pushed: Pushed, host = under.server.host): PinTarget => {
    return { place: `oci://${host}/team/models@${pushed.digest}`, versionId: '', how: 'registry-tag' };
  };
  const head = async (reference: string): Promise<{ status: number; digest: string | null }> => {
    const url = `http://${under.server.host}/v2/team/models/manifests/${reference}`;
    const { status, headers } = await fetch(url, { method: 'HEAD', headers: { accept: MANIFEST_TYPES.join(', ') } });
    return { status, digest: headers.get('docker-content-digest') };
  };
  const tagOf = (digest: Digest): string => `lastgood-pin-${hexOf(digest).slice(0, 32)}`;

  it('has a tag that names its digest', async () => {
    const pushed = await manifest();
    expect(await under.bare.pins.pin(targetOf(pushed))).toMatchObject({ state: 'set' });
    expect(await head(tagOf(pushed.digest))).toEqual({ status: 200, digest: pushed.digest });
  });

  it('gets its tag back when that was moved to another manifest', async () => {
    const [pushed, other] = [await manifest(), await manifest()];
    const target = targetOf(pushed);
    await under.bare.pins.pin(target);
    const moved = { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [other] };
    await under.push.raw(moved, IMAGE_INDEX, tagOf(pushed.digest));
    expect(await under.bare.pins.pinned(target.place)).toEqual({ state: 'absent', target });
    expect(await under.bare.pins.pin(target)).toEqual({ state: 'set', target });
    expect(await head(tagOf(pushed.digest))).toEqual({ status: 200, digest: pushed.digest });
  });

  it('outlives the registry’s collection of what is untagged, an index with all its images', async () => {
    const kept = [await manifest(), await manifest()];
    const index = await under.push.index(kept);
    const [alone, collected] = [await manifest(), await manifest()];
    const images = [index, alone].map((pushed) => under.push.uriOf(pushed));
    const places = (await Promise.all(images.map((uri) => placesOf(under.bare.pins, uri)))).flat();
    expect(places).toEqual([index, ...kept, alone].map((pushed) => targetOf(pushed).place));
    for (const place of places) await under.bare.pins.pin({ place, versionId: '', how: 'registry-tag' });
    await under.server.stop();
    const command = ['garbage-collect', '--delete-untagged', 'config.yml'];
    await run(await registryProgram(process.cwd()), command, { cwd: join(under.server.folder, '..') });
    await under.server.start();
    const there = await Promise.all([index, ...kept, alone, collected].map(({ digest }) => head(digest)));
    expect(there.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404]);
    expect(await under.bare.statImage(under.push.imageOf(alone))).toMatchObject({ state: 'present' });
  });

  it('keeps its tag where the registry cannot delete tags, which is said; the manifest is never deleted', async () => {
    const pushed = await manifest();
    const target = targetOf(pushed);
    await under.bare.pins.pin(target);
    const said = expect.stringMatching(/^DELETE .*\/manifests\/lastgood-pin-\w+ answered 400 DIGEST_INVALID/);
    expect(await under.bare.pins.unpin(target)).toEqual({ state: 'unsupported', evidence: said });
    expect([await head(pushed.digest), await head(tagOf(pushed.digest))]).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
  });

  it('stays when its tag is taken away', async () => {
    const pushed = await manifest();
    const target = targetOf(pushed, under.front.host);
    await under.pinner.pin(target);
    expect(await under.pinner.unpin(target)).toEqual({ state: 'absent', target });
    expect([await head(pushed.digest), await head(tagOf(pushed.digest))]).toMatchObject([
      { status: 200 },
      { status: 404 },
    ]);
  });

  it('is put back with its tag where the registry deletes a manifest with its last tag', async () => {
    const pushed = await manifest();
    const target = targetOf(pushed, under.front.host);
    await under.pinner.pin(target);
    under.front.deletesManifests = true;
    const said = expect.stringContaining('it was put back');
    expect(await under.pinner.unpin(target)).toEqual({ state: 'unsupported', evidence: said });
    under.front.deletesManifests = false;
    expect(await head(tagOf(pushed.digest))).toEqual({ status: 200, digest: pushed.digest });
    expect(await under.bare.statImage(under.push.imageOf(pushed))).toMatchObject({ state: 'present' });
  });

  it('is put back then also where the registry asks to be left alone meanwhile', async () => {
    const pushed = await manifest();
    const target = targetOf(pushed, under.front.host);
    await under.pinner.pin(target);
    under.front.deletesManifests = true;
    const { patience } = under.turns.host(under.front.host);
    // The tag and the manifest were looked at: the third request deletes the tag.
    let requests = 0;
    under.front.before = async () => void ((requests += 1) === 3 && patience.asked({ ms: 2_000 }));
    const said = expect.stringContaining('it was put back');
    expect(await under.pinner.unpin(target)).toEqual({ state: 'unsupported', evidence: said });
    under.front.before = async () => undefined;
    under.front.deletesManifests = false;
    expect(await head(pushed.digest)).toMatchObject({ status: 200 });
    const waits = expect.stringContaining('asked to be left alone');
    expect(await under.pinner.pin(target)).toEqual({
      state: 'unreachable',
      evidence: waits,
      retryAt: expect.any(Date),
    });
    await vi.waitUntil(() => !patience.isWaiting, { timeout: 30_000 });
    expect(await under.pinner.pin(target)).toMatchObject({ state: 'set' });
  });

  it('gets no tag from a registry that is read-only, which is said and is no outage; what it has stays pinned', async () => {
    const [pinned, pushed] = [await manifest(), await manifest()];
    await under.bare.pins.pin(targetOf(pinned));
    const file = join(under.server.folder, '../config.yml');
    const config = await readFile(file, 'utf8');
    const { storage, ...rest } = JSON.parse(config) as { storage: object };
    const readonly = { ...storage, maintenance: { readonly: { enabled: true } } };
    await under.server.stop();
    await writeFile(file, JSON.stringify({ ...rest, storage: readonly }));
    await under.server.start();
    const evidence = expect.stringMatching(
      /^PUT .*\/manifests\/lastgood-pin-\w+ answered 405: the registry is read-only, /,
    );
    expect(await under.bare.pins.pin(targetOf(pushed))).toEqual({ state: 'unsupported', evidence });
    expect(await under.bare.pins.pinned(targetOf(pinned).place)).toMatchObject({ state: 'set' });
    const refused = expect.stringMatching(/^DELETE .* answered 405: the registry cannot delete tags/);
    expect(await under.bare.pins.unpin(targetOf(pinned))).toEqual({ state: 'unsupported', evidence: refused });
    await under.server.stop();
    await writeFile(file, config);
    await under.server.start();
    expect(await under.bare.pins.pin(targetOf(pushed))).toMatchObject({ state: 'set' });
  });

  it('is never a blob: the manifest that names it keeps it', async () => {
    const blob = await under.push.blob(randomBytes(2000));
    const evidence = expect.stringContaining('a blob cannot be tagged');
    expect(await under.bare.pins.pinned(targetOf(blob).place)).toEqual({ state: 'unsupported', evidence });
  });

  it('is one place, whichever of its files a URI names', async () => {
    const { digest } = await manifest();
    const place = `oci://${under.server.host}/team/models@${digest}`;
    for (const uri of [place, `${place}/`, `${place}/weights.bin`, place.replace('@', ':stable@')])
      expect(await placesOf(under.bare.pins, uri)).toEqual([place]);
  });
});
