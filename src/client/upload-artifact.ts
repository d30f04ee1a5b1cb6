import type { Readable } from 'node:stream';
import type { UploadView } from '../contract/views.js';
import { artifactPath } from './paths.js';
import type { Transport } from './transport.js';

export interface UploadOptions {
  mediaType?: string;
  signal?: AbortSignal;
  /** Told how many bytes went out so far. */
  onProgress?: (sentBytes: number) => void;
}

/** Where the bytes lie now. `skipped` is true when the store had them, so that nothing was sent. */
export interface Upload extends UploadView {
  skipped: boolean;
}

/**
 * Puts bytes into the registry's store under their digest, and nothing when the store has them already. The registry
 * checks size and digest and keeps nothing that does not fit (`upload-mismatch`). `source` is read once, and destroyed
 * when it is not needed.
 */
export async function uploadArtifact(
  transport: Transport,
  digest: string,
  size: number,
  source: Readable,
  { mediaType, signal, onProgress = () => undefined }: UploadOptions = {},
): Promise<Upload> {
  try {
    const uri = await storedAt(transport, digest, size, signal);
    if (uri !== null) return { uri, digest, size, skipped: true };
    const { body } = await transport.json<UploadView>({
      method: 'PUT',
      path: artifactPath(digest),
      query: { mediaType },
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      bytes: counted(source, onProgress),
      timeoutMs: Infinity,
      signal,
    });
    return { ...body, skipped: false };
  } finally {
    source.destroy();
  }
}

/** Whether the registry's store has these bytes. */
export async function hasArtifact(transport: Transport, digest: string, signal?: AbortSignal): Promise<boolean> {
  return (await lookUp(transport, digest, signal)).status === 200;
}

// The answer to HEAD names the URI to record in Content-Location.
async function storedAt(transport: Transport, digest: string, size: number, signal?: AbortSignal) {
  const { status, headers } = await lookUp(transport, digest, signal);
  if (status !== 200 || headers.get('content-length') !== String(size)) return null;
  return headers.get('content-location');
}

function lookUp(transport: Transport, digest: string, signal?: AbortSignal) {
  const path = artifactPath(digest);
  return transport.head({ method: 'HEAD', path, expected: [404], repeatable: true, signal });
}

async function* counted(source: Readable, onProgress: (sentBytes: number) => void): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    yield chunk;
    sent += chunk.byteLength;
    onProgress(sent);
  }
}
