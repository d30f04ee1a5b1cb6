import { assert, constantFrom, double, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasModel } from '../../support/linearisability/alias-model.js';
import type { AliasOperation, Shown } from '../../support/linearisability/alias-operation.js';
import { freshAlias } from '../../support/linearisability/alias-state.js';
import { Random } from '../../support/linearisability/random.js';
import { withOutcomes } from '../../support/linearisability/recorded-outcomes.js';
import { checkLinearisable } from '../../support/linearisability/search.js';
import { takenRevisions } from '../../support/linearisability/taken-revisions.js';
import { simulate } from './simulate.js';

const size = { clients: integer({ min: 1, max: 6 }), each: integer({ min: 1, max: 12 }), seed: integer({ min: 1 }) };
/** The state that an operation showed, or put the alias in. */
function shownBy({ result }: AliasOperation): Shown | null {
  if (result?.kind === 'rolledBack') return { version: result.to, revision: result.revision };
  return result?.kind === 'shown' ? result.shown : null;
}
const isRead = ({ input }: AliasOperation): boolean => input.kind === 'read';

const check = (operations: AliasOperation[]) =>
  checkLinearisable(operations, aliasModel(freshAlias(1, 1), takenRevisions(operations, [])));

/** The history with one read changed to another state. */
function misread(operations: AliasOperation[], read: AliasOperation, shown: Shown): AliasOperation[] {
  return operations.map((one) => (one === read ? { ...one, result: { kind: 'shown', shown } } : one));
}

/** States that cannot have been current while a read ran: overwritten and answered before it, or asked for after it. */
function impossibleDuring(read: AliasOperation, operations: AliasOperation[]): Shown[] {
  const answered = operations.filter((one) => !isRead(one));
  const changes = answered.flatMap((one) => {
    const shown = shownBy(one);
    return shown ? [{ ...one, shown }] : [];
  });
  const gone = changes.filter(({ shown }) =>
    changes.some((next) => (next.shown.revision ?? 0) > (shown.revision ?? 0) && next.returned < read.invoked),
  );
  const yetToCome = changes.filter(
    ({ shown }) =>
      shown.revision !== 1 &&
      changes.every((one) => one.shown.revision !== shown.revision || one.invoked > read.returned),
  );
  return [...gone, ...yetToCome].map((one) => one.shown);
}

describe('a simulated alias behind a slow network', () => {
  it('always gives a history that is linearisable, lost answers or none', () => {
    const made = record({ ...size, lost: double({ min: 0, max: 0.4, noNaN: true }) });
    assert(
      property(made, ({ seed, ...simulation }) => {
        expect(check(simulate(simulation, new Random(seed)))).toMatchObject({ linearisable: true });
      }),
      { numRuns: 500 },
    );
  });

  it('never gives one that is after a read was changed to a state that was not current while it ran', () => {
    let changed = 0;
    const made = record({ ...size, which: integer({ min: 0 }), off: constantFrom('version', 'revision', 'moment') });
    assert(
      property(made, ({ seed, which, off, ...simulation }) => {
        const operations = simulate({ ...simulation, lost: 0 }, new Random(seed));
        const reads = operations.filter(isRead);
        const read = reads[which % Math.max(1, reads.length)];
        const shown = read && shownBy(read);
        if (!shown) return;
        const others = impossibleDuring(read, operations);
        const { version, revision = 0 } = shown;
        const wrong = {
          version: { ...shown, version: version + 100 },
          revision: { ...shown, revision: revision + 1_000_000 },
          moment: others[which % Math.max(1, others.length)],
        }[off];
        if (!wrong) return;
        changed += 1;
        expect(check(misread(operations, read, wrong))).toMatchObject({ linearisable: false, exhaustive: true });
      }),
      { numRuns: 500 },
    );
    expect(changed).toBeGreaterThan(200);
  });

  it('is checked without trying out what each of a hundred lost answers could have been', () => {
    const operations = simulate({ clients: 12, each: 300, lost: 0.03 }, new Random(7));
    expect(operations.filter((one) => one.result === null).length).toBeGreaterThan(80);
    const { linearisable, steps } = check(operations);
    expect(linearisable).toBe(true);
    expect(steps).toBeLessThan(3_000_000);
  });

  it('is checked at once, however many answers were lost, where it is written what became of them', () => {
    const written = new Map<number, number>();
    const wrote = (id: number, revision: number): void => void written.set(id, revision);
    const operations = simulate({ clients: 12, each: 300, lost: 0.3 }, new Random(7), wrote);
    expect(written.size).toBeGreaterThan(50);
    const { linearisable, steps } = check(withOutcomes(operations, written));
    expect(linearisable).toBe(true);
    expect(steps).toBeLessThan(100_000);
    const [some = 0] = [...written.keys()].slice(30);
    const wrong = new Map([...written, [some, (written.get(some) ?? 0) + 1]]);
    expect(check(withOutcomes(operations, wrong))).toMatchObject({ linearisable: false });
  });
});
