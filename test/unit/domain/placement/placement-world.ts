import * as fc from 'fast-check';
import type { PlacementFacts } from '../../../../src/domain/placement/plan-placement.js';
import type { Blob, Held, PlannedNode, WantedVersion } from '../../../../src/domain/placement/placement.js';
import type { PullLimit } from '../../../../src/domain/placement/pull-limit.js';
import { RESIDENCY_STATES } from '../../../../src/domain/residency.js';

/** When the plans of these worlds are made, in milliseconds. */
export const NOW = 1_000_000;

// Few digests, labels and names, so that versions share files, pools overlap and nodes stand in each other's way. A digest
// has one size.
const SIZES: Record<string, number> = { a: 1, b: 5, c: 10, d: 40, e: 100 };

const blobs: fc.Arbitrary<Blob[]> = fc
  .array(fc.constantFrom(...Object.keys(SIZES)), { maxLength: 6 })
  .map((digests) => digests.map((digest) => ({ digest, bytes: SIZES[digest] ?? 0 })));

const zones = fc.constantFrom('x', 'y');
const pool = fc.oneof(
  fc.constant(null),
  fc.constant({}),
  zones.map((zone) => ({ zone })),
  zones.map((zone) => ({ zone, gpu: 'big' })),
);

const versions: fc.Arbitrary<WantedVersion[]> = fc.uniqueArray(
  fc
    .record({
      model: fc.constantFrom('fraud', 'voice', 'rank'),
      version: fc.integer({ min: 1, max: 4 }),
      role: fc.constantFrom('live' as const, 'target' as const, 'candidate' as const),
      pool,
      blobs,
      hasImage: fc.boolean(),
    })
    .map((version) => ({ ...version, id: `${version.model}/${version.version}` })),
  { maxLength: 7, selector: ({ id }) => id },
);

const held: fc.Arbitrary<Held> = fc
  .tuple(fc.constantFrom(...RESIDENCY_STATES), fc.boolean(), fc.integer({ min: 0, max: NOW }))
  .map(([state, imageOnly, since]) => ({ state, since, weights: imageOnly ? 'resident' : state, image: state }));

const nodeOf = (ids: string[]): fc.Arbitrary<Omit<PlannedNode, 'node'>> =>
  fc.record({
    labels: fc.record({ zone: zones, gpu: fc.constantFrom('big', 'small') }),
    reporting: fc.boolean().map((silent) => !silent),
    disk: fc.record({
      budgetBytes: fc.integer({ min: 0, max: 200 }),
      usedBytes: fc.integer({ min: 0, max: 100 }),
      freeBytes: fc.integer({ min: 0, max: 200 }),
    }),
    residedAt: fc.constant(NOW),
    followed: fc.constant(null),
    slots: fc.constant([]),
    setbacks: fc.constant([]),
    holds: fc
      .subarray(ids)
      .chain((some) =>
        fc.tuple(...some.map((id) => held.map((one) => [id, one] as const))).map((entries) => new Map(entries)),
      ),
  });

export const limits: fc.Arbitrary<PullLimit> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((nodes) => ({ nodes })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
);

/** Versions, and nodes in every state of holding them. */
export const worlds: fc.Arbitrary<PlacementFacts> = versions.chain((wanted) =>
  fc.record({
    versions: fc.constant(wanted),
    nodes: fc
      .array(nodeOf(wanted.map(({ id }) => id)), { maxLength: 9 })
      .map((nodes) => nodes.map((node, index) => ({ ...node, node: `n${index}` }))),
    limit: limits,
    now: fc.constant(NOW),
    revision: fc.constant(7),
  }),
);

/** A node that no version of a world is for unless it names no pool. */
export const strangers: fc.Arbitrary<PlannedNode> = nodeOf([]).map((node) => ({
  ...node,
  node: 'a-stranger',
  labels: { zone: 'z' },
}));

/** The bytes of some versions on one disk: each digest once. */
export function bytesOf(some: readonly WantedVersion[]): number {
  const once = new Map(some.flatMap(({ blobs: all }) => all.map(({ digest, bytes }) => [digest, bytes] as const)));
  return [...once.values()].reduce((sum, bytes) => sum + bytes, 0);
}
