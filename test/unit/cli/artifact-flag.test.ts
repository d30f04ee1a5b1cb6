import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { artifactFromFlag } from '../../../src/cli/artifact-flag.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

it('reads the parts in any order, and leaves commas inside a URI alone', async () => {
  const text = `size=12,media-type=text/plain,uri=s3://models/a,b/c.onnx,path=m/c.onnx,digest=${DIGEST}`;
  await expect(artifactFromFlag(text)).resolves.toEqual({
    uri: 's3://models/a,b/c.onnx',
    digest: DIGEST,
    size: 12,
    path: 'm/c.onnx',
    mediaType: 'text/plain',
  });
});

it('measures a file that lies on this machine', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a model.onnx'), 'weights');
  const uri = pathToFileURL(join(folder, 'a model.onnx')).href;
  const digest = `sha256:${createHash('sha256').update('weights').digest('hex')}`;
  await expect(artifactFromFlag(uri)).resolves.toEqual({ uri, digest, size: 7 });
  await expect(artifactFromFlag(`uri=${uri},digest=${DIGEST}`)).resolves.toEqual({ uri, digest: DIGEST, size: 7 });
});

it.each([
  ['', /"" must begin with uri=, digest=/],
  ['digest=x,size=1', /has no uri=\. Example: --artifact uri=s3/],
  ['s3://models/a', /s3:\/\/models\/a needs digest= and size=/],
  [`uri=s3://models/a,digest=${DIGEST}`, /needs size=: only file:\/\/ URIs/],
  [`uri=s3://models/a,digest=${DIGEST},size=big`, /size=big must be a number of bytes/],
  [`uri=s3://models/a,uri=s3://b,digest=${DIGEST},size=1`, /has uri= twice/],
  ['file:///no/such/file', /file:\/\/\/no\/such\/file cannot be read from here \(ENOENT.*give its digest= and size=/],
])('refuses %j and says what would be right', async (text, message) => {
  await expect(artifactFromFlag(text)).rejects.toMatchObject({
    code: 'usage',
    exitCode: 2,
    detail: expect.stringMatching(message),
  });
});
