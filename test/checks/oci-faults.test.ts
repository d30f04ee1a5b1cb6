import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { IMAGE_MANIFEST } from '../support/oci-push.js';
import { expectFault, expectWell } from './fault-expectations.js';
import type { Fault, Seen } from './fault-stage.js';
import { LAYER, ociFaultPlace, WEIGHTS, type OciFaultPlace } from './oci-fault-place.js';

const OTHERS = Buffer.alloc(WEIGHTS.length);

const seen = (state: Seen['state'], said: string): Seen => ({
  state,
  evidence: { said: expect.stringContaining(said) as unknown },
});
const both = (one: Seen): Record<string, Seen> => ({ weights: one, image: one });

/** Something is taken away, or damaged, and then pushed again. */
const harmed = (
  harm: (place: OciFaultPlace) => Promise<void>,
  found: Fault<OciFaultPlace>['seen'],
): Fault<OciFaultPlace> => ({ harm, mend: (place) => place.pushAll(), seen: found });

const FAULTS: Record<string, Fault<OciFaultPlace>> = {
  'the blob of the weights was deleted': harmed(
    ({ push, weights }) => push().delete('blobs', weights.blob),
    ({ weights }) => ({ weights: seen('missing', `blobs/${weights.blob.digest} answered 404`) }),
  ),
  'the manifest of the weights was deleted': harmed(
    ({ push, weights }) => push().delete('manifests', weights.manifest),
    ({ weights }) => ({ weights: seen('missing', `manifests/${weights.manifest.digest} answered 404`) }),
  ),
  'a layer of the image was deleted': harmed(
    ({ push, image }) => push().delete('blobs', image.layer),
    ({ image }) => ({ image: seen('missing', `blobs/${image.layer.digest} answered 404`) }),
  ),
  "the platform's manifest of the image was deleted, and its index stayed": harmed(
    ({ push, image }) => push().delete('manifests', image.manifest),
    ({ image }) => ({ image: seen('missing', `manifests/${image.manifest.digest} answered 404`) }),
  ),
  'the blob of the weights was cut short on the disk of the registry': {
    harm: ({ stored, weights }) => stored(weights.blob).cutTo(5),
    mend: ({ stored, weights }) => stored(weights.blob).overwrite(WEIGHTS),
    seen: ({ weights }) => ({
      weights: seen('changed', `answered a size of 5 bytes, and the manifest says ${weights.blob.size}`),
    }),
  },
  'the blob of the weights was overwritten with as many other bytes, which only reading them shows': {
    harm: ({ stored, weights }) => stored(weights.blob).overwrite(OTHERS),
    mend: ({ stored, weights }) => stored(weights.blob).overwrite(WEIGHTS),
    seen: () => ({}),
    read: () => ({ weights: { state: 'changed', evidence: { bytes: WEIGHTS.length, digest: digestOf(OTHERS) } } }),
  },
  'a layer of the image was cut short on the disk of the registry': {
    harm: ({ stored, image }) => stored(image.layer).cutTo(0),
    mend: ({ stored, image }) => stored(image.layer).overwrite(LAYER),
    seen: () => ({ image: seen('changed', 'answered a size of 0 bytes') }),
  },
  'the permission to pull was withdrawn at the token server': {
    harm: async ({ tokens }) => void (tokens.allowed = []),
    mend: async ({ tokens }) => void (tokens.allowed = ['pull', 'push', 'delete', '*']),
    seen: () => both(seen('forbidden', 'with the credentials configured for')),
  },
  'the token server turned the password down': {
    harm: async ({ tokens }) => void (tokens.instead = { status: 401 }),
    mend: async ({ tokens }) => void (tokens.instead = null),
    seen: () => both(seen('forbidden', 'answered 401')),
  },
  'the token server was out of order': {
    harm: async ({ tokens }) => void (tokens.instead = { status: 503 }),
    mend: async ({ tokens }) => void (tokens.instead = null),
    seen: () => both(seen('unreachable', 'answered 503')),
  },
  'the token server asked to be left alone': {
    harm: async ({ tokens }) => void (tokens.instead = { status: 429, headers: { 'retry-after': '2' } }),
    mend: async ({ tokens }) => void (tokens.instead = null),
    seen: ({ tokens }) => both(seen('unreachable', tokens.host)),
  },
  'the registry was stopped': {
    harm: ({ registry }) => registry.stop(),
    mend: ({ registry }) => registry.start(),
    seen: () => both(seen('unreachable', 'ECONNREFUSED')),
  },
};

describe('a rollback target in a registry', () => {
  let place: OciFaultPlace;
  beforeAll(async () => {
    place = await ociFaultPlace();
  });
  afterAll(() => place?.close());

  it('is ready while nothing is wrong', () => expectWell(place.stage));

  it.each(Object.entries(FAULTS))(
    'is told from a ready one when %s, and is ready once that is undone',
    (_name, fault) => expectFault(place.stage, place, fault),
  );

  it('stays ready when its tag was moved to other bytes: a digest says which bytes are meant', async () => {
    const push = place.push();
    const other = await push.blob(Buffer.from('some other weights'), 'application/octet-stream');
    await push.manifest([other], IMAGE_MANIFEST, 'weights');
    await expectWell(place.stage);
  });
});
