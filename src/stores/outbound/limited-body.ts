import { Readable } from 'node:stream';
import { brokenConnection, OutboundError } from './outbound-error.js';

/** What a body may be. Times are in milliseconds, sizes in bytes. */
export interface BodyLimits {
  readonly host: string;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Called once when the stream has ended, however it ended. */
  readonly done: () => void;
}

/**
 * The bytes of an answer, ended with an OutboundError when the host falls silent, breaks off or sends more than
 * allowed, and with the signal's reason when it is aborted. Time counts only while we wait for the host: whoever reads
 * slowly is not its fault.
 */
export function limitedBody(response: Readable, limits: BodyLimits): Readable {
  const aborted = (): void => void response.destroy(limits.signal.reason as Error);
  if (limits.signal.aborted) aborted();
  limits.signal.addEventListener('abort', aborted, { once: true });
  // Someone who never reads must not be ended by an error that nobody listens for.
  response.on('error', () => undefined);
  const stream = Readable.from(bytesOf(response, limits), { objectMode: false });
  return stream.once('close', () => {
    limits.signal.removeEventListener('abort', aborted);
    response.destroy();
    limits.done();
  });
}

async function* bytesOf(response: Readable, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const { host, idleMs, maxBytes, signal } = limits;
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const silent = (): void => {
    response.destroy(new OutboundError('unreachable', `${host} sent nothing for ${idleMs} ms`));
  };
  try {
    for (let received = 0; ;) {
      const timer = setTimeout(silent, idleMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      received += next.value.byteLength;
      if (received > maxBytes) throw new OutboundError('too-large', `${host} sent more than ${maxBytes} bytes`);
      if (next.value.byteLength > 0) yield next.value;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw brokenConnection(error, host);
  }
}
