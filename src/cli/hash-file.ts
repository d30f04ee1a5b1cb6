import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../contract/artifact-rules.js';

/** The SHA-256 of a file as `sha256:<hex>`. `onProgress` is told how many bytes were read so far. */
export async function hashFile(
  path: string,
  onProgress: (readBytes: number) => void = () => undefined,
): Promise<Digest> {
  const hash = createHash('sha256');
  let read = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const chunk of chunks) {
    hash.update(chunk);
    read += chunk.byteLength;
    onProgress(read);
  }
  return `sha256:${hash.digest('hex')}`;
}
