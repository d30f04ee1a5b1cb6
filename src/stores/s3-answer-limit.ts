import type { S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { OutboundError } from './outbound/outbound-error.js';

// A page of 1,000 keys of 1,024 bytes, each byte percent-encoded, with all that stands around them, has 4 MiB.
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Keeps the client from taking an answer of any size into memory, which it does with all of them but the bytes of an object.
 * What is longer ends with an OutboundError.
 */
export function limitAnswers(client: S3Client, server: string, mostBytes = MOST_ANSWER_BYTES): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const result = await next(request);
        const response = result.response as { statusCode?: number; body?: unknown };
        const streams = commandName === 'GetObjectCommand' && (response.statusCode ?? 0) < 300;
        const isEmpty = commandName.startsWith('Head');
        if (!streams && !isEmpty && response.body instanceof Readable) {
          response.body = Readable.from(atMost(response.body, mostBytes, server), { objectMode: false });
        }
        return result;
      },
    // The last step before the connection: what reads the answer comes after it.
    { step: 'deserialize', priority: 'low', name: 'limitAnswers' },
  );
}

async function* atMost(body: Readable, mostBytes: number, server: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new OutboundError('too-large', `${server} sent more than ${mostBytes} bytes`);
    yield chunk;
  }
}
