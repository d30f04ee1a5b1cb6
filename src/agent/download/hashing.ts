/** Some of a file to hash. The one that asks sends the next only after the answer to this. */
export interface Slice {
  readonly id: number;
  readonly fd: number;
  readonly from: number;
  readonly upTo: number;
  /** What comes after the slice: more of it, the digest, or nothing. */
  readonly next: 'wait' | 'digest' | 'forget';
}

/** The answer to a slice: `hex` where the digest was asked for, `error` where the file could not be read. */
export interface SliceAnswer {
  readonly id: number;
  readonly hex?: string;
  readonly error?: string;
}

/**
 * What the hashing thread runs. It is started from this function's text, so that it needs no file of its own: it uses
 * nothing from outside.
 */
export function hashing(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { readSync } = process.getBuiltinModule('node:fs');
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  const hashes = new Map<number, ReturnType<typeof createHash>>();
  const answer = ({ id, fd, from, upTo, next }: Slice): SliceAnswer => {
    const hash = hashes.get(id) ?? createHash('sha256');
    hashes.set(id, hash);
    for (let at = from; at < upTo;) {
      const read = readSync(fd, buffer, 0, Math.min(buffer.byteLength, upTo - at), at);
      if (read === 0) throw new Error(`the file ends at byte ${at}, in front of ${upTo}`);
      hash.update(buffer.subarray(0, read));
      at += read;
    }
    if (next !== 'wait') hashes.delete(id);
    return next === 'digest' ? { id, hex: hash.digest('hex') } : { id };
  };
  parentPort?.on('message', (slice: Slice) => {
    try {
      parentPort.postMessage(answer(slice), []);
    } catch (error) {
      hashes.delete(slice.id);
      parentPort.postMessage({ id: slice.id, error: String(error) }, []);
    }
  });
}
