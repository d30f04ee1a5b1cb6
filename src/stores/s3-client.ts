import { S3Client } from '@aws-sdk/client-s3';
import type { S3Limits, S3StoreOptions } from './s3-options.js';

/** The client for these options: time limits and retries set, and no feature that only AWS's own servers have. */
export function s3Client(options: S3StoreOptions, limits: S3Limits): S3Client {
  // It prints advice on Node.js for whoever chose its version; that is package.json's to say, not for users of a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new S3Client({
    region: options.region ?? 'us-east-1',
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    ...(options.credentials === undefined ? {} : { credentials: { ...options.credentials } }),
    maxAttempts: limits.attempts,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      socketTimeout: limits.idleMs,
      // How many there are at once is for the turns to say: the client's own queue knows no urgent requests.
      httpAgent: { maxSockets: Infinity },
      httpsAgent: { maxSockets: Infinity },
    },
    // Many S3-compatible servers refuse the newer checksum headers. Each part's own hash is in its signature anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
