import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TurnWorld, type SimNode } from './turn-world.js';

const POOLS = [null, null, { zone: 'x' }, { zone: 'x' }, { zone: 'y' }];
const zones = fc.constantFrom('x', 'y');
const versions = fc.shuffledSubarray([0, 1, 2, 3, 4]);

const told = (world: TurnWorld, node: SimNode) => {
  world.send(node);
  world.arrive(node);
  world.plan();
};
/** What can happen at a node, and how often it does. */
const AT_NODE: Record<string, [number, (world: TurnWorld, node: SimNode) => unknown]> = {
  reports: [4, told],
  listens: [4, (world, node) => (world.ask(node), world.follow(node))],
  starts: [8, (world, node) => world.start(node)],
  asks: [1, (world, node) => world.ask(node)],
  follows: [1, (world, node) => world.follow(node)],
  sends: [1, (world, node) => world.send(node)],
  'is heard': [1, (world, node) => world.arrive(node)],
  'is not heard': [1, (world, node) => world.lose(node)],
  'has it': [2, (world, node) => world.end(node, 'resident')],
  fails: [3, (world, node) => (world.end(node, 'failed'), told(world, node))],
  'goes silent': [1, (world, node) => (world.goSilent(node), world.plan())],
  'comes back': [1, (world, node) => world.comeBack(node)],
};
const happens = (name: string, at: number, world: TurnWorld) => {
  const node = world.nodes[at % world.nodes.length];
  if (node !== undefined) AT_NODE[name]?.[1](world, node);
};

/** Everything that happens between a registry and its agents, in any order; together it takes less than the patience. */
const step = fc.oneof(
  ...Object.entries(AT_NODE).map(([name, [weight]]) => {
    return { weight, arbitrary: fc.record({ what: fc.constant(name), at: fc.nat(6) }) };
  }),
  { weight: 1, arbitrary: fc.record({ joins: zones }) },
  { weight: 1, arbitrary: fc.record({ relabels: zones, at: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ moves: versions }) },
  { weight: 2, arbitrary: fc.record({ passes: fc.integer({ min: 0, max: 4000 }) }) },
);
const steps = fc.array(step, { maxLength: 70, size: 'max' });
type Step = Partial<Record<'what' | 'joins' | 'relabels', string> & { at: number; moves: number[]; passes: number }>;

function take(world: TurnWorld, { what, at = 0, joins, relabels, moves, passes = 0 }: Step): void {
  world.now += passes;
  const node = world.nodes[at % world.nodes.length];
  if (what !== undefined) happens(what, at, world);
  if (joins !== undefined && world.nodes.length < 7) world.join({ zone: joins });
  if (relabels !== undefined && node !== undefined) node.facts = { ...node.facts, labels: { zone: relabels } };
  if (moves !== undefined) world.move(moves);
  if (moves !== undefined || relabels !== undefined) world.plan();
}

const worlds = fc.record({
  most: fc.integer({ min: 1, max: 3 }),
  zonesOf: fc.array(zones, { maxLength: 5 }),
  versions,
});
const worldOf = ({ most, zonesOf, versions: first }: { most: number; zonesOf: string[]; versions: number[] }) => {
  const world = new TurnWorld(POOLS, most);
  for (const zone of zonesOf) world.join({ zone });
  world.move(first);
  return world;
};

describe('whatever happens between the registry and its agents, in whatever order', () => {
  // Histories take a while on a busy machine.
  const LIMIT = { timeout: 120_000 };

  it('no more nodes of a pool fetch than its limit', LIMIT, () => {
    fc.assert(
      fc.property(worlds, steps, (start, some) => {
        const world = worldOf(start);
        for (const one of some) {
          take(world, one);
          for (const pool of [null, { zone: 'x' }, { zone: 'y' }])
            expect(world.pulling(pool)).toBeLessThanOrEqual(world.most);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('a plan is written once: made again from the same facts, it changes nothing', LIMIT, () => {
    fc.assert(
      fc.property(worlds, steps, (start, some) => {
        const world = worldOf(start);
        for (const one of some) take(world, one);
        world.plan();
        expect(world.plan()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('every node that reports gets in the end what it can fetch, also beside others that never can', LIMIT, () => {
    const curses = fc.array(fc.tuple(fc.nat(6), fc.nat(4)), { maxLength: 3 });
    fc.assert(
      fc.property(worlds, steps, curses, (start, some, cursed) => {
        const world = worldOf(start);
        for (const one of some) take(world, one);
        const fails = (at: number, version: number | null) => cursed.some(([n, v]) => n === at && v === version);
        for (let round = 0; round < 150; round += 1) {
          world.plan();
          for (const [at, node] of world.nodes.entries()) {
            const meet = () => {
              world.send(node);
              world.arrive(node);
              world.ask(node);
              world.follow(node);
            };
            meet();
            world.start(node);
            meet();
            world.end(node, fails(at, node.pulls) ? 'failed' : 'resident');
            meet();
          }
          world.now += 20_000;
        }
        for (const [at, { facts, states }] of world.nodes.entries()) {
          const due = (facts.reporting ? (facts.items ?? []) : []).filter(({ version }) => !fails(at, version));
          for (const { version } of due) expect([at, version, states.get(version)]).toEqual([at, version, 'resident']);
        }
      }),
      { numRuns: 60 },
    );
  });
});
