import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { backOffMs, sleep } from './back-off.js';
import { Deadline } from './deadline.js';
import { LastgoodUnreachable } from './errors.js';
import { networkTrouble } from './network-trouble.js';
import { artifactPath } from './paths.js';
import type { Transport } from './transport.js';

/** Without a byte for this long, in milliseconds, the download starts again from where it was. */
const SILENCE_MS = 30_000;
const TRIES_WITHOUT_A_BYTE = 4;

/** The bytes that came are not the artifact: its store holds something else under this digest. */
export class ArtifactMismatch extends Error {
  override readonly name = 'ArtifactMismatch';
}

/**
 * The bytes of an artifact in the registry's store. The stream checks them as they pass and ends with
 * `ArtifactMismatch` instead of a quiet end when they do not have the digest: use them only once it has ended.
 * A cut connection is made again from the byte where it was cut. Throws `LastgoodError` when there is no such artifact.
 */
export async function openArtifact(transport: Transport, digest: string, signal?: AbortSignal): Promise<Readable> {
  const bytes = verified(transport, digest, signal);
  // The first read asks the registry, so a refusal is thrown here rather than out of the stream later.
  const first = await bytes.next();
  return Readable.from(startingWith(first, bytes), { objectMode: false });
}

async function* startingWith(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>) {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* verified(transport: Transport, digest: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let received = 0;
  let failures = 0;
  for (;;) {
    try {
      for await (const chunk of readFrom(transport, digest, received, signal)) {
        hash.update(chunk);
        received += chunk.byteLength;
        failures = 0;
        yield chunk;
      }
      break;
    } catch (error) {
      failures += 1;
      if (signal?.aborted || failures >= TRIES_WITHOUT_A_BYTE || !(error instanceof LastgoodUnreachable)) throw error;
    }
    await sleep(backOffMs(failures, { baseMs: 200, capMs: 5_000 }), signal);
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) {
    throw new ArtifactMismatch(
      `The ${received} bytes that came for ${digest} have the digest ${found}. Do not use them.`,
    );
  }
}

// Everything from byte `offset` on. Throws LastgoodUnreachable when the connection ends before the last byte.
async function* readFrom(transport: Transport, digest: string, offset: number, signal?: AbortSignal) {
  const deadline = new Deadline(SILENCE_MS, signal);
  // Compressed bytes could not be counted against Content-Length.
  const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
  const headers = { accept: '*/*', 'accept-encoding': 'identity', ...range };
  try {
    const response = await transport.stream({ method: 'GET', path: artifactPath(digest), headers }, deadline);
    if (offset > 0 && response.status !== 206) {
      throw new ArtifactMismatch(`${response.url} does not go on from byte ${offset}: it ignored the Range header.`);
    }
    let left = Number(response.headers.get('content-length') ?? NaN);
    try {
      for await (const chunk of response.body ?? []) {
        left -= chunk.byteLength;
        deadline.touch();
        yield chunk;
      }
    } catch (error) {
      throw deadline.cancelled ? deadline.signal.reason : networkTrouble(error, response.url);
    }
    if (left > 0) throw new LastgoodUnreachable(response.url, `ended ${left} bytes early`);
  } finally {
    deadline.clear();
  }
}
