import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';

/** An answer that has come to its end. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The answer is longer than it may be. */
export class TooLong extends Error {
  readonly code = 'ANSWER_TOO_LONG';
}

/**
 * GET over HTTPS. Follows no redirect: the credentials in `options` are for this server.
 * @param mostBytes of the body
 * @throws TooLong, or what node:https throws; also when the connection ends before the body does
 */
export async function limitedGet(
  url: URL,
  options: RequestOptions,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  const sent = request(url, { ...options, method: 'GET', signal });
  // Once the answer has begun, a lost connection shows in its body, where it is awaited.
  sent.on('error', () => {});
  sent.end();
  const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > mostBytes) throw new TooLong();
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts) };
}
