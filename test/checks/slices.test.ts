import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { treeDigest } from '../../src/domain/tree-digest.js';
import { ReadArtifact } from '../../src/features/checks/read-artifact.js';
import { ReadingProgressRepository } from '../../src/features/checks/reading-progress.repository.js';
import { CheckRepository } from '../../src/features/checks/check.repository.js';
import { startCountingFileServer } from '../support/counting-file-server.js';
import { registerVersions } from '../support/registering.js';
import { filePlace, s3Place, type Place } from './places.js';

const KEY = { modelId: 1, version: 1 };

/** Reads an artifact in jobs that have hardly any time each. */
async function inSlices(
  place: Place,
  artifact: { uri: string; digest: string; size: number },
  between = async () => {},
) {
  const read = place.api.app.get(ReadArtifact);
  const { signal } = new AbortController();
  for (let slices = 1; ; slices += 1) {
    const came = await read.execute(KEY, { ...artifact, path: 'x' }, { until: performance.now(), signal });
    if (came !== 'unfinished') return { slices, came };
    await between();
  }
}

const contentOf = async (place: Place, uri: string) => {
  const newest = await place.api.app.get(CheckRepository).newest(1, 1);
  return newest.find(({ kind, subject }) => kind === 'content' && subject === uri);
};
const progressOf = (place: Place, uri: string) => place.api.app.get(ReadingProgressRepository).of(KEY, uri);

describe.each([
  ['files', filePlace],
  ['S3', s3Place],
] as const)('a reading in slices, from %s', (_name, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
    await registerVersions(place.api, 'fraud', 1);
  });
  afterAll(() => place.close());

  // Many times what any store hands on at once: a slice ends between two pieces.
  const bytes = randomBytes(8_000_001);

  it('goes on where the slice before ended, and comes to the digest of all bytes', async () => {
    await place.write('long.bin', bytes);
    const artifact = { uri: place.uriOf('long.bin'), digest: digestOf(bytes), size: bytes.length };
    const { slices, came } = await inSlices(place, artifact);
    expect(came).toBe('settled');
    expect(slices).toBeGreaterThan(3);
    expect(await contentOf(place, artifact.uri)).toMatchObject({ state: 'present', evidence: { bytes: bytes.length } });
    expect(await progressOf(place, artifact.uri)).toEqual(new Map());
  });

  it('begins anew when the object was written anew in between, so that no halves are put together', async () => {
    await place.write('twice.bin', bytes);
    const other = randomBytes(bytes.length);
    const artifact = { uri: place.uriOf('twice.bin'), digest: digestOf(other), size: other.length };
    let written = false;
    await inSlices(place, artifact, async () => {
      if (!written) await place.write('twice.bin', other);
      written = true;
    });
    expect(await contentOf(place, artifact.uri)).toMatchObject({ state: 'present' });
  });

  it('keeps the digests of the files of a prefix that are done, and reads the one anew that changed', async () => {
    const files = Array.from({ length: 6 }, (_, n) => ({ path: `${n}.bin`, bytes: randomBytes(90_000) }));
    for (const file of files) await place.write(`tree/${file.path}`, file.bytes);
    const last = files.map((file, n) => (n === 1 ? { ...file, bytes: randomBytes(90_000) } : file));
    const digest = treeDigest(last.map((file) => ({ path: file.path, digest: digestOf(file.bytes) })));
    const artifact = { uri: place.uriOf('tree/'), digest, size: 540_000 };
    const done: number[] = [];
    let written = false;
    await inSlices(place, artifact, async () => {
      const finished = [...(await progressOf(place, artifact.uri)).values()].filter((file) => file.digest !== null);
      if (finished.length === 4 && !written) {
        await place.write('tree/1.bin', last[1]?.bytes ?? Buffer.alloc(0));
        written = true;
      }
      done.push(finished.length);
    });
    expect(done.length).toBeGreaterThan(6);
    expect(await contentOf(place, artifact.uri)).toMatchObject({ state: 'present', evidence: { objects: 6 } });
  });

  it('saves how far it came when its worker stops', async () => {
    await place.write('stopped.bin', bytes);
    const artifact = { uri: place.uriOf('stopped.bin'), digest: digestOf(bytes), size: bytes.length, path: 'x' };
    const read = place.api.app.get(ReadArtifact);
    const time = { until: performance.now(), signal: new AbortController().signal };
    await read.execute(KEY, artifact, time);
    const [before] = [...(await progressOf(place, artifact.uri)).values()];
    const stop = AbortSignal.abort(new Error('the worker stops'));
    await expect(read.execute(KEY, artifact, { until: Infinity, signal: stop })).rejects.toThrow('the worker stops');
    const [after] = [...(await progressOf(place, artifact.uri)).values()];
    expect(before?.bytes).toBeGreaterThan(0);
    expect(after?.bytes).toBe(before?.bytes);
  });
});

describe('a reading in slices from a server without marks', () => {
  it('is no proof of a change: the bytes are read once more in one go', async () => {
    const bytes = randomBytes(900_000);
    const server = await startCountingFileServer(bytes, null);
    const env = { LASTGOOD_HTTPS_ALLOWED_HOSTS: `http://${server.host}`, LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8' };
    const place = await filePlace(env);
    try {
      await registerVersions(place.api, 'fraud', 1);
      const uri = `http://${server.host}/weights.bin`;
      const right = { uri, digest: digestOf(bytes), size: bytes.length };
      expect((await inSlices(place, right)).slices).toBeGreaterThan(2);
      expect(await contentOf(place, uri)).toMatchObject({ state: 'present' });
      const before = server.sent();
      await inSlices(place, { ...right, digest: digestOf(Buffer.from('others')) });
      expect(await contentOf(place, uri)).toMatchObject({ state: 'changed', evidence: { digest: digestOf(bytes) } });
      expect(server.sent() - before).toBeGreaterThanOrEqual(2 * bytes.length);
    } finally {
      await place.close();
      await server.close();
    }
  });
});
