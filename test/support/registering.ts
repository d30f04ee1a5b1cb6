import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { TestApi } from './api.js';

/** A registration that any test API takes; `seed` makes the record, and so the version, a different one. */
export function registration(api: TestApi, seed: number | string, extra: object = {}): object {
  const digest = `sha256:${createHash('sha256').update(String(seed)).digest('hex')}`;
  const uri = pathToFileURL(join(api.dataDir, 'artifacts', `model-${seed}.onnx`)).href;
  return { createModel: true, artifacts: [{ uri, digest, size: 11 }], serving: { seed }, ...extra };
}

/** Registers versions 1 to `count` of a model. */
export async function registerVersions(api: TestApi, model: string, count: number): Promise<void> {
  for (let seed = 1; seed <= count; seed += 1) {
    await api.as('pipeline').post(`/v1/models/${model}/versions`).send(registration(api, seed)).expect(201);
  }
}

/** Moves an alias, and returns the alias as the API shows it then. */
export async function promote(api: TestApi, model: string, version: number, alias = 'production') {
  const body = { version, reason: `ship v${version}` };
  const { body: view } = await api.as('ana').put(`/v1/models/${model}/aliases/${alias}`).send(body).expect(200);
  return view as { version: number; revision: number };
}
