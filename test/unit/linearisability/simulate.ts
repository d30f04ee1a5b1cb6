import type { AliasInput, AliasOperation, Shown } from '../../support/linearisability/alias-operation.js';
import type { Random } from '../../support/linearisability/random.js';
import { SimulatedAlias } from './simulated-alias.js';

const MIX = { move: 3, compareAndMove: 3, rollBack: 2, clear: 1, read: 6 };
const VERSIONS = 4;

/** How a simulated history is made. */
export interface Simulation {
  readonly clients: number;
  /** Operations of each client. */
  readonly each: number;
  /** How likely an answer is lost; half of those operations happen all the same, some much later. */
  readonly lost: number;
}

/** Something that happens at a time of the simulation. */
interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/**
 * Lets several clients use one simulated alias over a slow network, and gives what they saw. Times are whole numbers.
 *
 * @param wrote is told of each operation that changed the alias although its answer was lost, and of the revision
 */
export function simulate(
  { clients, each, lost }: Simulation,
  random: Random,
  wrote: (id: number, revision: number) => void = () => undefined,
): AliasOperation[] {
  const alias = new SimulatedAlias();
  const operations: AliasOperation[] = [];
  const due: Due[] = [];
  const later = (at: number, happen: () => void): void => void due.push({ at, happen });

  const call = (now: number, left: number, last: Shown): void => {
    if (left === 0) return;
    const input = choose(random, last);
    const id = operations.length;
    operations.push({ id, invoked: now, returned: Infinity, input, result: null });
    const happens = now + random.whole(0, 5);
    const returned = happens + random.whole(0, 5);
    if (random.chance(lost)) {
      const unheard = (): void => {
        const before = alias.revision;
        alias.perform(input);
        if (alias.revision > before) wrote(id, alias.revision);
      };
      if (random.chance(0.5)) later(random.chance(0.5) ? happens : happens + 30, unheard);
      later(returned, () => call(returned + 1, left - 1, last));
      return;
    }
    later(happens, () => {
      const result = alias.perform(input);
      operations[id] = { id, invoked: now, returned, input, result };
      const seen = 'shown' in result && result.shown ? result.shown : last;
      later(returned, () => call(returned + random.whole(0, 3), left - 1, seen));
    });
  };

  for (let client = 0; client < clients; client += 1) call(random.whole(0, 3), each, { version: 1, revision: 1 });
  while (due.length > 0) {
    due.sort((a, b) => b.at - a.at);
    due.pop()?.happen();
  }
  return operations;
}

function choose(random: Random, last: Shown): AliasInput {
  const version = random.whole(1, VERSIONS);
  const kind = random.weighted(MIX);
  if (kind === 'read') return { kind };
  if (kind === 'clear') return { kind, version: last.rejected?.[0] ?? version };
  if (kind === 'rollBack') return { kind, from: random.chance(0.7) ? last.version : null };
  return { kind: 'move', version, ifRevision: kind === 'compareAndMove' ? (last.revision ?? null) : null };
}
