import { Readable } from 'node:stream';
import { TokenBucket } from 'limiter';

const SMALLEST_BURST = 64 * 1024;

/** A pace that all streams which pass through it share, in the order in which they ask. */
export class Bandwidth {
  readonly #bucket: TokenBucket | null;
  #last: Promise<unknown> = Promise.resolve();

  /** 0 bytes a second stand for no limit. */
  constructor(bytesPerSecond: number) {
    const bucketSize = Math.max(SMALLEST_BURST, Math.ceil(bytesPerSecond / 10));
    this.#bucket =
      bytesPerSecond === 0
        ? null
        : new TokenBucket({ bucketSize, tokensPerInterval: bytesPerSecond, interval: 'second' });
  }

  /**
   * The same bytes at the shared pace. Ends as the source does, or with the signal's reason when that is aborted; the
   * source is destroyed whenever the stream ends.
   */
  paced(source: Readable, signal?: AbortSignal): Readable {
    if (this.#bucket === null) return source;
    const stream = Readable.from(this.#pace(source, this.#bucket, signal), { objectMode: false });
    return stream.once('close', () => source.destroy());
  }

  async *#pace(source: Readable, bucket: TokenBucket, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < chunk.byteLength; at += bucket.bucketSize) {
        const piece = chunk.subarray(at, at + bucket.bucketSize);
        await unlessAborted(this.#take(bucket, piece.byteLength), signal);
        yield piece;
      }
    }
  }

  // One after the other: in a crowd before the bucket, small pieces would always come before large ones.
  #take(bucket: TokenBucket, bytes: number): Promise<unknown> {
    const taken = this.#last.then(() => bucket.removeTokens(bytes));
    this.#last = taken;
    return taken;
  }
}

async function unlessAborted(work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return void (await work);
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  await Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
