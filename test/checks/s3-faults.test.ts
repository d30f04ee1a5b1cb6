import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { expectFault, expectWell } from './fault-expectations.js';
import type { Fault } from './fault-stage.js';
import { s3FaultPlace, SHARDS, type S3FaultPlace } from './s3-fault-place.js';

const missing = (said: string) => ({ state: 'missing' as const, evidence: { said: expect.stringContaining(said) } });
const changed = (evidence: object) => ({ state: 'changed' as const, evidence });
const forbidden = (said: string) => ({
  state: 'forbidden' as const,
  evidence: { said: expect.stringContaining(said) },
});
const unreachable = {
  state: 'unreachable' as const,
  evidence: { said: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer \(E[A-Z]+\)$/) },
};

/** Something is done to one object, and undone by laying its bytes there again. */
const to = (
  name: string,
  harm: (place: S3FaultPlace) => Promise<void>,
  seen: Fault<S3FaultPlace>['seen'],
  read?: Fault<S3FaultPlace>['seen'],
) => ({
  harm,
  mend: (place: S3FaultPlace) => place.lay(name, 'recorded'),
  seen,
  ...(read === undefined ? {} : { read }),
});

const FAULTS: Record<string, Fault<S3FaultPlace>> = {
  'an object was deleted': to(
    'weights.bin',
    (place) => place.remove('weights.bin'),
    () => ({ 'weights.bin': missing('answered 404') }),
  ),
  'an object was overwritten with as many other bytes': to(
    'weights.bin',
    (place) => place.lay('weights.bin', 'other'),
    () => ({ 'weights.bin': changed({ size: 1000, mark: expect.anything() }) }),
    () => ({ 'weights.bin': changed({ bytes: 1000, digest: expect.stringMatching(/^sha256:/) }) }),
  ),
  'an object was cut short': to(
    'weights.bin',
    (place) => place.lay('weights.bin', 600),
    () => ({ 'weights.bin': changed({ size: 600, expected: expect.objectContaining({ size: 1000 }) }) }),
  ),
  'one file below a prefix was deleted': to(
    'shards/1.bin',
    (place) => place.remove('shards/1.bin'),
    () => ({ 'shards/': changed({ size: 2000, objects: 2, expected: expect.objectContaining({ size: 3000 }) }) }),
  ),
  'one file below a prefix was overwritten with as many other bytes': to(
    'shards/0.bin',
    (place) => place.lay('shards/0.bin', 'other'),
    () => ({ 'shards/': changed({ size: 3000, objects: 3, mark: expect.anything() }) }),
    () => ({ 'shards/': changed({ bytes: 3000, objects: 3, digest: expect.stringMatching(/^sha256:/) }) }),
  ),
  'one file below a prefix was cut short': to(
    'shards/deep/2.bin',
    (place) => place.lay('shards/deep/2.bin', 1),
    () => ({ 'shards/': changed({ size: 2001, objects: 3 }) }),
  ),
  'all files below a prefix were deleted': {
    harm: async ({ remove }) => void (await Promise.all(SHARDS.map((name) => remove(name)))),
    mend: async ({ lay }) => void (await Promise.all(SHARDS.map((name) => lay(name, 'recorded')))),
    seen: () => ({ 'shards/': missing('no object lies below this prefix') }),
  },
  'the permission to read was withdrawn': {
    harm: ({ forbid }) => forbid(),
    mend: ({ allow }) => allow(),
    seen: () => ({
      'weights.bin': forbidden('answered 403'),
      'tokens.json': forbidden('answered 403'),
      'shards/': forbidden('it takes s3:ListBucket'),
    }),
  },
  'the server was stopped': {
    harm: ({ server }) => server.stop(),
    mend: ({ server }) => server.start(),
    seen: () => ({ 'weights.bin': unreachable, 'tokens.json': unreachable, 'shards/': unreachable }),
  },
};

// With a server given by S3_TEST_ENDPOINT, the machine need not be able to run one that can be stopped.
describe.runIf(!process.env.S3_TEST_ENDPOINT)('a rollback target in S3', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server?.close());

  describe.each(['plain', 'versioned'] as const)('in a %s bucket', (kind) => {
    let place: S3FaultPlace;
    beforeAll(async () => {
      place = await s3FaultPlace(server, kind);
    });
    afterAll(() => place?.close());

    it('is ready while nothing is wrong', () => expectWell(place.stage));

    it.each(Object.entries(FAULTS))(
      'is told from a ready one when %s, and is ready once that is undone',
      (_name, fault) => expectFault(place.stage, place, fault),
    );
  });
});
