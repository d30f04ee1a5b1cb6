import { Readable, addAbortSignal } from 'node:stream';
import { StoreError } from './store-error.js';

/**
 * The same bytes, with the errors of the storage behind them turned into StoreErrors; an aborted signal ends the
 * stream with its own reason. The source is destroyed whenever the stream ends.
 */
export function translated(source: Readable, toError: (error: unknown) => unknown, signal?: AbortSignal): Readable {
  if (signal) addAbortSignal(signal, source);
  const stream = Readable.from(bytesOf(source, toError, signal), { objectMode: false });
  return stream.once('close', () => source.destroy());
}

async function* bytesOf(
  source: Readable,
  toError: (error: unknown) => unknown,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source as AsyncIterable<Uint8Array>;
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof StoreError ? error : toError(error);
  }
}
