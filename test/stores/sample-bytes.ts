import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { digestOf, type Digest } from '../../src/domain/digest.js';
import type { PutRequest } from '../../src/stores/artifact-store.js';

const MIB = 1024 * 1024;
const ours = randomUUID();
let samples = 0;

/** Bytes that no earlier call gave. */
export function freshBytes(size: number): Buffer {
  const seed = createHash('sha256').update(`sample ${ours} ${samples++}`).digest();
  return Buffer.alloc(size, seed);
}

/** A request to store these bytes, true in all it says unless told otherwise. */
export function putOf(bytes: Uint8Array, changes: Partial<PutRequest> = {}): PutRequest {
  const open = (): Readable => Readable.from(chunksOf(bytes), { objectMode: false });
  return { digest: digestOf(bytes), size: bytes.byteLength, open, ...changes };
}

/** The bytes in pieces of 64 KiB, as a file or a socket would give them. */
export function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** So many MiB that are never all in memory, with their digest. */
export function flowing(mebibytes: number): { digest: Digest; size: number; open: () => Readable } {
  const block = freshBytes(MIB);
  const hash = createHash('sha256');
  for (let at = 0; at < mebibytes; at++) hash.update(block);
  const open = (): Readable => Readable.from(repeat(block, mebibytes), { objectMode: false });
  return { digest: `sha256:${hash.digest('hex')}`, size: mebibytes * MIB, open };
}

/** All bytes of a stream. */
export async function allOf(stream: Promise<Readable>): Promise<Buffer> {
  return buffer(await stream);
}

function* repeat(block: Uint8Array, times: number): Generator<Uint8Array> {
  // A copy each time, as a socket would give: memory that is held on to must show.
  for (let at = 0; at < times; at++) yield Uint8Array.from(block);
}
