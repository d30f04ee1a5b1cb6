import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { cliOf, document, modelFolder } from './local-model.js';

let api: TestApi;
let cli: ReturnType<typeof cliOf>;
beforeAll(async () => {
  api = await startApi();
  cli = cliOf(api);
});
afterAll(() => api.close());

describe('register --upload', () => {
  it('puts a folder into the store by digest and records it', async () => {
    const folder = await modelFolder('one');
    const flags = ['--serving', '{"batch":8}', '--env', 'THRESHOLD=0.5', '--secret', 'TOKEN=k8s://serving/va#token'];
    const result = await cli(['register', 'va', '--create-model', '--upload', folder, ...flags, '--json']);
    expect(result).toMatchObject({ code: 0, err: '' });
    const version = document(result);
    const weights = `sha256:${createHash('sha256').update('weights one').digest('hex')}`;
    expect(version).toMatchObject({
      version: 1,
      created: true,
      createdBy: 'ana',
      serving: { batch: 8 },
      env: { THRESHOLD: '0.5', TOKEN: { secretRef: 'k8s://serving/va#token' } },
      artifacts: [
        { path: 'model.onnx', digest: weights, size: 11 },
        { path: 'tokens/vocabulary.txt', size: 5 },
      ],
    });
    const stored = await new LastgoodClient({ url: api.url }).openArtifact(weights);
    expect(await text(stored)).toBe('weights one');
  });

  it('says what it did, and what to do next', async () => {
    const folder = await modelFolder('talk');
    const first = await cli(['register', 'talk', '--create-model', '--upload', join(folder, 'model.onnx')]);
    expect(first.code).toBe(0);
    expect(first.err).toBe('uploaded 1 file, 12 B');
    expect(first.out).toMatch(/^talk v1 is registered \(1 artifact, 12 B, sha256:[0-9a-f]{64}\)\.\n/);
    expect(first.out).toContain('To serve it: lastgood promote talk v1 --reason');
    const again = await cli(['register', 'talk', '--upload', join(folder, 'model.onnx')]);
    expect(again.out).toMatch(/^talk v1 is this very record already .* Nothing was added\.$/);
  });

  it('uploads nothing to a model that does not exist', async () => {
    const result = await cli(['register', 'nobody', '--upload', await modelFolder('nobody')]);
    expect(result.code).toBe(4);
    expect(result.err).toMatch(/^error: No such model\n[^]*\ntry: the same with --create-model$/);
    expect(result.err).not.toContain('uploaded');
  });
});

describe('register --artifact', () => {
  it('measures a file that lies where the store serves it', async () => {
    const folder = await modelFolder('shared');
    const roots = await startApi({ env: { LASTGOOD_FILE_ROOTS: folder } });
    try {
      const uri = pathToFileURL(join(folder, 'model.onnx')).href;
      const result = await cliOf(roots)(['register', 'shared', '--create-model', '--artifact', uri, '--json']);
      expect(result.err).toBe('');
      expect(document(result)).toMatchObject({ artifacts: [{ uri, path: 'model.onnx', size: 14 }] });
    } finally {
      await roots.close();
    }
  });

  it('shows the field, the value and what would be right when the registry refuses', async () => {
    const flags = ['--create-model', '--artifact', `uri=ftp://host/a,digest=sha256:${'0'.repeat(64)},size=1`];
    const result = await cli(['register', 'refused', ...flags]);
    expect(result.code).toBe(3);
    expect(result.err).toMatch(
      /^error: A field of the request cannot be used\n {2}artifacts\[?\.?0\]?\.uri "ftp:\/\/host\/a": /,
    );
    const asDocument = await cli(['register', 'refused', ...flags, '--json']);
    expect(asDocument).toMatchObject({ code: 3, out: '' });
    expect(JSON.parse(asDocument.err)).toMatchObject({
      code: 'invalid-request',
      status: 400,
      errors: [expect.anything()],
    });
  });

  it('an idempotency key belongs to one record', async () => {
    const flags = ['register', 'keyed', '--create-model', '--idempotency-key', 'run-1', '--upload'];
    expect((await cli([...flags, await modelFolder('a')])).code).toBe(0);
    expect(await cli([...flags, await modelFolder('b')])).toMatchObject({
      code: 5,
      err: expect.stringContaining('belongs to another record'),
    });
  });
});
