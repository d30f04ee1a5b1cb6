import { expect, vi } from 'vitest';
import type { CheckKind, CheckView } from '../../src/contract/views.js';
import { mapped, type Fault, type FaultStage, type Seen } from './fault-stage.js';

const POLL = { timeout: 120_000, interval: 50 };
const LOOKS: readonly CheckKind[] = ['artifact', 'image'];
const READINGS: readonly CheckKind[] = ['content'];

type Found = Record<string, Seen>;

/** Goes through a fault: what is found and how it is judged while it lasts, and that all is well once it is undone. */
export async function expectFault<P>(stage: FaultStage, place: P, fault: Fault<P>): Promise<void> {
  await fault.harm(place);
  try {
    const seen = fault.seen(place);
    const read = fault.read?.(place) ?? stage.statesOnly(seen);
    await expectFound(stage, seen, read);
    await vi.waitFor(() => expectJudged(stage, seen, read), POLL);
  } finally {
    await fault.mend(place);
  }
  await expectWell(stage);
}

/** Asks for a check, and waits until everything is present, the bytes are the recorded ones, and a rollback is ready. */
export async function expectWell(stage: FaultStage): Promise<void> {
  await expectFound(stage, {}, {});
  await expect.poll(() => stage.verdict(), POLL).toEqual({ verdict: 'ready', against: [] });
}

/** Asks for a check, and waits until exactly these subjects are found so and all others are present. */
async function expectFound(stage: FaultStage, seen: Found, read: Found): Promise<void> {
  const asked = await stage.ask();
  const names = [...stage.subjects.values()];
  const wanted = (all: string[], found: Found): object =>
    Object.fromEntries(all.map((name) => [name, found[name]?.state ?? 'present']));
  // What was seen before says nothing: of what has not changed, it would be the same.
  const state = ({ state: now, observedAt }: CheckView): string =>
    Date.parse(observedAt) < asked ? 'seen before' : now;
  const found = async (kinds: readonly CheckKind[], expected: Found): Promise<Record<string, string>> => {
    const states = await stage.each(kinds, state);
    const isLate = ([name, one]: [string, string]): boolean => one === 'unreachable' && expected[name]?.state !== one;
    // A server on a busy machine may take longer than a look waits. Whoever reads that asks once more.
    if (Object.entries(states).some(isLate)) await stage.ask();
    return states;
  };
  await expect.poll(() => found(LOOKS, seen), POLL).toEqual(wanted(names, seen));
  await expect.poll(() => found(READINGS, read), POLL).toEqual(wanted(stage.files(), read));
  const evidence = (kinds: readonly CheckKind[]) => stage.each(kinds, (check) => check.evidence);
  await expect.poll(() => evidence(LOOKS), POLL).toMatchObject(mapped(seen, (one) => one.evidence));
  await expect.poll(() => evidence(READINGS), POLL).toMatchObject(mapped(read, (one) => one.evidence));
}

/** Readiness has the verdict that follows, with exactly these subjects named, each with its evidence. */
async function expectJudged(stage: FaultStage, seen: Found, read: Found): Promise<void> {
  const certain = [...Object.values(seen), ...Object.values(read)].some(({ state }) => state !== 'unreachable');
  const { verdict, checklist } = await stage.readiness();
  expect(verdict).toBe(certain ? 'not-ready' : 'unknown');
  const named = (names: readonly string[]): unknown => {
    const subjects = checklist.filter(({ name }) => names.includes(name)).flatMap((item) => item.subjects);
    return Object.fromEntries(subjects.map((one) => [stage.subjects.get(one.subject), one]));
  };
  const shown = ({ state, evidence }: Seen): unknown =>
    expect.objectContaining({ found: state, evidence: expect.objectContaining(evidence), since: expect.any(String) });
  expect(named(['artifacts', 'image'])).toEqual(mapped(seen, shown));
  for (const { subjects, state, next } of checklist.filter(({ name }) => name !== 'config' && name !== 'pins')) {
    if (subjects.length === 0) expect(['pass', 'warn']).toContain(state);
    else expect({ state, next }).toEqual({ state: certain ? 'fail' : 'unknown', next: expect.any(String) });
  }
}
