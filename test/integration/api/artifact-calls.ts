import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestApi } from '../../support/api.js';
import { rawRequest, type RawAnswer } from './raw-request.js';

/** The digest that bytes have. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Where the artifact of a digest is put and got. */
export const addressOf = (digest: string): string => `/v1/artifacts/${digest}`;

/** Sends bytes under a digest, saying that they are `length` long. */
export function putArtifact(
  api: TestApi,
  digest: string,
  body: Uint8Array,
  { length = body.length, query = '' } = {},
): Promise<RawAnswer> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(length) };
  return rawRequest(api.url, 'PUT', addressOf(digest) + query, { headers, body });
}

/** Asks for the bytes of a digest. */
export function getArtifact(
  api: TestApi,
  digest: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: 'GET' | 'HEAD' } = {},
): Promise<RawAnswer> {
  return rawRequest(api.url, method, addressOf(digest), { headers });
}

/** Every file that the store has; what waits below .incoming is not in it yet. */
export async function storedFiles(api: TestApi): Promise<string[]> {
  const folder = join(api.dataDir, 'artifacts');
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const whole = found.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.incoming'));
  return whole.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

/** The answer as a problem, with the content type that it came with. */
export function problemOf({ status, headers, body }: RawAnswer) {
  const { code, detail } = JSON.parse(body) as { code: string; detail: string };
  return { status, code, detail, type: String(headers['content-type']).split(';')[0] };
}
