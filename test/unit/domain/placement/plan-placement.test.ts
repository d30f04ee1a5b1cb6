import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPlacement, type PlacementFacts } from '../../../../src/domain/placement/plan-placement.js';
import type { PlannedNode, WantedVersion } from '../../../../src/domain/placement/placement.js';
import { inPool } from '../../../../src/domain/placement/pool.js';
import { pullsAtOnce } from '../../../../src/domain/placement/pull-limit.js';
import { bytesOf, strangers, worlds } from './placement-world.js';

const RUNS = { numRuns: 2000 };
const holdsOf = (world: fc.Arbitrary<PlacementFacts>, holds: (facts: PlacementFacts) => void) =>
  fc.assert(fc.property(world, holds), RUNS);

const versionOf = ({ versions }: PlacementFacts, id: string): WantedVersion => {
  const found = versions.find((version) => version.id === id);
  if (!found) throw new Error(`the plan names ${id}, which nobody wants`);
  return found;
};
const isResident = (node: PlannedNode, id: string) => node.holds.get(id)?.state === 'resident';
const BUSY = new Set<string | null>(['downloading', 'verifying']);
const isBusy = (facts: PlacementFacts, node: PlannedNode, pool: WantedVersion['pool']) =>
  [...node.holds].some(
    ([id, { weights, image }]) =>
      JSON.stringify(versionOf(facts, id).pool ?? {}) === JSON.stringify(pool ?? {}) &&
      (BUSY.has(weights) || BUSY.has(image)),
  );
const roomOf = ({ disk }: PlannedNode) => Math.min(disk.budgetBytes, disk.usedBytes + disk.freeBytes);
const listOf = (facts: PlacementFacts, { node }: PlannedNode) => planPlacement(facts).get(node)?.placements ?? [];

describe('whatever versions and nodes there are, a plan', () => {
  it('names for each reporting node the versions of its pools, and nothing for one that is silent', () => {
    holdsOf(worlds, (facts) => {
      const plan = planPlacement(facts);
      for (const node of facts.nodes) {
        const wanted = facts.versions.filter(({ pool }) => inPool(node.labels, pool)).map(({ id }) => id);
        const planned = plan.get(node.node)?.placements.map(({ id }) => id);
        expect(planned?.toSorted()).toEqual(node.reporting ? wanted.toSorted() : undefined);
      }
    });
  });

  it('lets no more nodes of a pool begin than its limit, and always one where there is something to fetch', () => {
    holdsOf(worlds, (facts) => {
      const plan = planPlacement(facts);
      for (const { pool } of facts.versions) {
        const members = facts.nodes.filter(({ reporting, labels }) => reporting && inPool(labels, pool));
        const lacking = (node: PlannedNode, onlyGoing: boolean) =>
          (plan.get(node.node)?.placements ?? []).some(
            ({ id, go, fits }) =>
              JSON.stringify(versionOf(facts, id).pool ?? {}) === JSON.stringify(pool ?? {}) &&
              !isResident(node, id) &&
              fits &&
              (go || !onlyGoing),
          );
        const fetching = members.filter((node) => lacking(node, true)).length;
        const waiting = members.filter((node) => lacking(node, false)).length;
        const busy = members.filter((node) => isBusy(facts, node, pool) && lacking(node, false)).length;
        expect(fetching).toBeLessThanOrEqual(Math.max(busy, pullsAtOnce(facts.limit, members.length)));
        expect(fetching).toBeGreaterThanOrEqual(Math.min(1, waiting));
      }
    });
  });

  it('never places more bytes on a node than it has room for, beside what must not be evicted', () => {
    holdsOf(worlds, (facts) => {
      for (const node of facts.nodes) {
        const placed = listOf(facts, node).filter(({ fits }) => fits);
        const kept = placed.filter(
          ({ id, role }) => role !== 'candidate' && node.holds.get(id)?.weights === 'resident',
        );
        const bytes = bytesOf(placed.map(({ id }) => versionOf(facts, id)));
        const keptBytes = bytesOf(kept.map(({ id }) => versionOf(facts, id)));
        expect(bytes).toBeLessThanOrEqual(Math.max(roomOf(node), keptBytes));
      }
    });
  });

  it('never refuses a live version or a target for what candidates take, nor one that lies there already', () => {
    holdsOf(worlds, (facts) => {
      const without = { ...facts, versions: facts.versions.filter(({ role }) => role !== 'candidate') };
      for (const node of facts.nodes) {
        const urgent = listOf(facts, node).filter(({ role }) => role !== 'candidate');
        expect(urgent.map(({ id, fits }) => [id, fits])).toEqual(
          listOf(without, node).map(({ id, fits }) => [id, fits]),
        );
        const there = urgent.filter(({ id }) => node.holds.get(id)?.weights === 'resident');
        expect(there.every(({ fits }) => fits)).toBe(true);
      }
    });
  });

  it('lists what is live first, then targets, then candidates, and warms the targets', () => {
    holdsOf(worlds, (facts) => {
      for (const node of facts.nodes) {
        const roles = listOf(facts, node).map(({ role }) => ['live', 'target', 'candidate'].indexOf(role));
        expect(roles).toEqual(roles.toSorted((a, b) => a - b));
        for (const { role, warm } of listOf(facts, node)) expect(warm).toBe(role === 'target');
      }
    });
  });

  it('says why whenever a node may not fetch, and only then', () => {
    holdsOf(worlds, (facts) => {
      for (const { placements } of planPlacement(facts).values())
        for (const { go, fits, waitsFor } of placements) {
          expect(go).toBe(waitsFor === null);
          expect(!fits).toBe(/^needs .* free after evicting what may go$/.test(waitsFor ?? ''));
        }
    });
  });

  it('keeps nobody waiting for a turn who has everything that fits', () => {
    holdsOf(worlds, (facts) => {
      for (const node of facts.nodes) {
        const there = listOf(facts, node).filter(({ id, fits }) => fits && isResident(node, id));
        expect(there.every(({ go }) => go)).toBe(true);
      }
    });
  });

  it('is the same in whatever order versions and nodes come', () => {
    const shuffled = worlds.chain((facts) =>
      fc.record({
        facts: fc.constant(facts),
        versions: fc.shuffledSubarray([...facts.versions], { minLength: facts.versions.length }),
        nodes: fc.shuffledSubarray([...facts.nodes], { minLength: facts.nodes.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ facts, versions, nodes }) => {
        const entries = (of: PlacementFacts) => Object.fromEntries(planPlacement(of));
        expect(entries({ ...facts, versions, nodes })).toEqual(entries(facts));
      }),
      RUNS,
    );
  });

  it('is the same for all others when a node comes that they have nothing to do with, but for turns', () => {
    fc.assert(
      fc.property(worlds, strangers, (facts, stranger) => {
        const parts = (of: PlacementFacts) =>
          facts.nodes.map((node) => listOf(of, node).map(({ id, role, fits, warm }) => [id, role, fits, warm]));
        expect(parts({ ...facts, nodes: [stranger, ...facts.nodes] })).toEqual(parts(facts));
        const pooled = { ...facts, versions: facts.versions.filter(({ pool }) => pool !== null && 'zone' in pool) };
        const plans = (of: PlacementFacts) => facts.nodes.map((node) => listOf(of, node));
        expect(plans({ ...pooled, nodes: [stranger, ...facts.nodes] })).toEqual(plans(pooled));
      }),
      RUNS,
    );
  });
});
