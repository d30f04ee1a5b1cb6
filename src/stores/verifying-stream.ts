import { createHash } from 'node:crypto';
import { Readable, addAbortSignal } from 'node:stream';
import type { Digest } from '../domain/digest.js';
import { ContentMismatch, type Announced } from './content-mismatch.js';

/**
 * The same bytes, counted and hashed (SHA-256) on their way. They count only once the stream has ended well:
 * too few, too many or other bytes than announced end it with a ContentMismatch, an aborted signal with its reason.
 * The source is destroyed whenever the stream ends, however it ends.
 */
export function verified(source: Readable, announced: Announced, signal?: AbortSignal): Readable {
  if (signal) addAbortSignal(signal, source);
  const stream = Readable.from(verify(source, announced, signal), { objectMode: false });
  // A generator that nobody has started yet has nothing to clean up with.
  return stream.once('close', () => source.destroy());
}

async function* verify(source: Readable, announced: Announced, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let received = 0;
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      received += chunk.byteLength;
      // Stop at once: a source that never ends must not fill a disk first.
      if (received > announced.size) throw ContentMismatch.tooMany(announced);
      hash.update(chunk);
      // An empty chunk would look like the end to a byte stream's reader.
      if (chunk.byteLength > 0) yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ContentMismatch ? error : ContentMismatch.tooFew(announced, received, error);
  }
  if (received !== announced.size) throw ContentMismatch.tooFew(announced, received);
  const digest: Digest = `sha256:${hash.digest('hex')}`;
  if (digest !== announced.digest) throw ContentMismatch.wrongDigest(announced, digest);
}
