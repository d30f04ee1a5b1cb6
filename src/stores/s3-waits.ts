import type { S3Client } from '@aws-sdk/client-s3';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { waitText } from './answered.js';
import { askedWait } from './asked-wait.js';
import type { EndpointPatience } from './endpoint-patience.js';
import { OutboundError } from './outbound/outbound-error.js';

// The client itself waits as long as this, and tries again (its retry strategy, "retry-after").
const CLIENT_WAITS_MS = 5_000;

// What an upload is made of. One that is given up loses all that it has sent, and nobody here has the bytes to begin anew.
const OF_UPLOADS: ReadonlySet<string> = new Set([
  'PutObjectCommand',
  'CreateMultipartUploadCommand',
  'UploadPartCommand',
  'CompleteMultipartUploadCommand',
  'AbortMultipartUploadCommand',
]);

/**
 * Keeps to what an S3 server says when it asks to be left alone for longer than its client would: such an answer is not
 * asked for again, ends with an OutboundError, and is noted for the endpoint. A server that only says that it is asked too
 * much (`SlowDown`) means some keys for a moment, and is the business of the client's own retries; so is every request of
 * an upload, whose answers are noted all the same.
 */
export function keepToWaits(client: S3Client, server: string, patience: () => EndpointPatience): void {
  client.middlewareStack.add(
    (next, context) => async (request) => {
      const result = await next(request);
      const { statusCode = 0, headers = {}, body } = result.response as Answer;
      const wait = askedWait(statusCode, headers);
      if ((wait?.ms ?? 0) <= CLIENT_WAITS_MS || wait === null) return result;
      const retryAt = patience().asked(wait);
      if (OF_UPLOADS.has(context.commandName ?? '')) return result;
      if (body instanceof Readable) body.on('error', () => undefined).destroy();
      const text = `${server} answered ${statusCode}${waitText(headers['retry-after'])}`;
      throw new OutboundError('unreachable', text, retryAt);
    },
    { step: 'deserialize', priority: 'low', name: 'keepToWaits' },
  );
}

interface Answer {
  readonly statusCode?: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: unknown;
}
