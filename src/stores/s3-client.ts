import { S3Client } from '@aws-sdk/client-s3';
import type { S3Limits, S3StoreOptions } from './s3-options.js';

/** The client for these options: time limits and retries set, and no feature that only AWS's own servers have. */
export function s3Client(options: S3StoreOptions, limits: S3Limits): S3Client {
  return new S3Client({
    region: options.region ?? 'us-east-1',
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    ...(options.credentials === undefined ? {} : { credentials: { ...options.credentials } }),
    maxAttempts: limits.attempts,
    requestHandler: { connectionTimeout: limits.connectMs, socketTimeout: limits.idleMs },
    // Many S3-compatible servers refuse the newer checksum headers. Each part's own hash is in its signature anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
