import { randomBytes } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { treeDigest } from '../../src/domain/tree-digest.js';
import { CheckRepository } from '../../src/features/checks/check.repository.js';
import { ReadArtifact } from '../../src/features/checks/read-artifact.js';
import { ReadingProgressRepository } from '../../src/features/checks/reading-progress.repository.js';
import { startS3Front } from '../support/agent/s3-front.js';
import { registerVersions } from '../support/registering.js';
import { s3Place } from './places.js';

const KEY = { modelId: 1, version: 1 };
const FILES = 12;

/** Twelve small files below a prefix, behind a front, and a way to read all of them. */
async function smallFiles() {
  const front = await startS3Front(inject('s3').endpoint);
  const place = await s3Place({ S3_ENDPOINT: front.endpoint });
  onTestFinished(() => place.close());
  await registerVersions(place.api, 'fraud', 1);
  const files = Array.from({ length: FILES }, (_, n) => ({ path: `${n}.bin`, bytes: randomBytes(2000 + n) }));
  for (const file of files) await place.write(`tree/${file.path}`, file.bytes);
  const uri = place.uriOf('tree/');
  const digest = treeDigest(files.map(({ path, bytes }) => ({ path, digest: digestOf(bytes) })));
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const read = () => {
    const time = { until: Infinity, signal: new AbortController().signal };
    return place.api.app.get(ReadArtifact).execute(KEY, { uri, digest, size, path: 'x' }, time);
  };
  const content = async () => {
    const newest = await place.api.app.get(CheckRepository).newest(KEY.modelId, KEY.version);
    return newest.find(({ kind }) => kind === 'content');
  };
  const done = async () => {
    const progress = await place.api.app.get(ReadingProgressRepository).of(KEY, uri);
    return [...progress.values()].filter((file) => file.digest !== null).length;
  };
  return { front, read, content, done };
}

it('reads small files of a prefix several at once, and comes to the digest of all', async () => {
  const { front, read, content } = await smallFiles();
  let [waiting, most] = [0, 0];
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  front.fault = async () => {
    waiting += 1;
    most = Math.max(most, waiting);
    // One turn of the four is kept for whoever is urgent.
    if (waiting === 3) open();
    await opened;
    waiting -= 1;
    return null;
  };
  expect(await read()).toBe('settled');
  expect(most).toBe(3);
  expect(await content()).toMatchObject({ state: 'present', evidence: { objects: FILES } });
});

it('stops where one file cannot be had, says so, and later fetches only what it has not read', async () => {
  const { front, read, content, done } = await smallFiles();
  front.fault = (_key, before) => (before >= 6 ? { status: 403 } : null);
  expect(await read()).toBe('unread');
  expect(await content()).toMatchObject({ state: 'forbidden' });
  const kept = await done();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(6);

  // By name: what was given up with the first reading may arrive only now.
  const fetched = new Set<string>();
  front.fault = (key) => (fetched.add(key), null);
  expect(await read()).toBe('settled');
  expect(fetched.size).toBe(FILES - kept);
  expect(await content()).toMatchObject({ state: 'present' });
});
