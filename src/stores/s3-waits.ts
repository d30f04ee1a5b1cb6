import type { S3Client } from '@aws-sdk/client-s3';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { waitText } from './answered.js';
import { askedWait } from './asked-wait.js';
import type { EndpointPatience } from './endpoint-patience.js';
import { OutboundError } from './outbound/outbound-error.js';

// The client itself waits as long as this, and tries again (its retry strategy, "retry-after").
const CLIENT_WAITS_MS = 5_000;

/**
 * Keeps to what an S3 server says when it asks to be left alone for longer than its client would: such an answer is not
 * asked for again, ends with an OutboundError, and is noted for the endpoint. A server that only says that it is asked too
 * much (`SlowDown`) means some keys for a moment, and is the business of the client's own retries.
 */
export function keepToWaits(client: S3Client, server: string, patience: () => EndpointPatience): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const { statusCode = 0, headers = {}, body } = result.response as Answer;
      const wait = askedWait(statusCode, headers);
      if ((wait?.ms ?? 0) <= CLIENT_WAITS_MS || wait === null) return result;
      if (body instanceof Readable) body.on('error', () => undefined).destroy();
      const text = `${server} answered ${statusCode}${waitText(headers['retry-after'])}`;
      throw new OutboundError('unreachable', text, patience().asked(wait));
    },
    { step: 'deserialize', priority: 'low', name: 'keepToWaits' },
  );
}

interface Answer {
  readonly statusCode?: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: unknown;
}
