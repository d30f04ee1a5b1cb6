import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AliasView } from '../../../src/contract/views.js';
import { aliasPath, type AliasName } from './alias-client.js';

/** An alias with its state before the first operation. */
export interface Beginning extends AliasName {
  readonly version: number;
  readonly revision: number;
}

/** Registers versions 1 to `versions` of every model and points every alias at v1. `dataDir` is the replicas' folder. */
export async function beginAliases(
  url: string,
  dataDir: string,
  names: readonly AliasName[],
  versions: number,
): Promise<Beginning[]> {
  for (const model of new Set(names.map((name) => name.model))) {
    for (let seed = 1; seed <= versions; seed += 1) {
      const digest = `sha256:${createHash('sha256').update(`${model} ${seed}`).digest('hex')}`;
      const uri = pathToFileURL(join(dataDir, 'artifacts', `${model}-${seed}.onnx`)).href;
      await send(url, 'POST', `/v1/models/${model}/versions`, {
        createModel: true,
        artifacts: [{ uri, digest, size: 11 }],
      });
    }
  }
  const beginnings: Beginning[] = [];
  for (const name of names) {
    const view = (await send(url, 'PUT', aliasPath(name), { version: 1, reason: 'begin' })) as AliasView;
    beginnings.push({ ...name, version: view.version, revision: view.revision });
  }
  return beginnings;
}

async function send(url: string, method: string, path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
