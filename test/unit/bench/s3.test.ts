import { expect, it } from 'vitest';
import { compiled } from '../../../bench/support/s3.mjs';

it('the S3 server of the tests can be run by the benchmarks, whatever it is made of', async () => {
  const server = (await import(await compiled())) as Record<string, unknown>;
  expect(server.startS3Server).toBeTypeOf('function');
});
