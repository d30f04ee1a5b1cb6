import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SecretAnswer } from '../../../../src/platform/secrets/secret-provider.js';
import type { SecretsUnderTest } from './secrets-under-test.js';

type Trouble = 'forbidden' | 'unreachable';
type While = (at: SecretsUnderTest, reference: string, look: () => Promise<SecretAnswer>) => Promise<SecretAnswer>;

const TROUBLES: [Trouble, string, While][] = [
  ['forbidden', 'where it may not look', (at, reference, look) => at.whileForbidden(reference, look)],
  ['unreachable', 'during an outage', (at, _, look) => at.whileUnreachable(look)],
];

/**
 * What holds for every provider of secrets: no answer holds a value, whatever happens. `troubles` are those that the
 * provider can meet at all: every process may read its own environment, and that does not go away.
 */
export function secretsContract(make: () => Promise<SecretsUnderTest>, ...troubles: Trouble[]): void {
  const can = new Set(troubles);
  let at: SecretsUnderTest;
  const value = `value-${randomUUID()}`;
  const signal = new AbortController().signal;
  const look = async (reference: string) => {
    const answer = await at.resolver.look(reference, signal);
    expect(JSON.stringify(answer)).not.toContain(value);
    return answer;
  };
  beforeAll(async () => (at = await make()));
  afterAll(() => at?.close());

  it('says present where a secret lies, and nothing more than that', async () => {
    expect(await look(await at.plant(value))).toEqual({ state: 'present' });
  });

  it('says missing where nothing lies', async () => {
    const answer = { state: 'missing', missing: 'secret', said: expect.any(String) };
    expect(await look(at.nowhere)).toEqual(answer);
  });

  it('says unsupported of a malformed reference, with the right form', async () => {
    for (const reference of at.malformed) {
      const said = expect.stringMatching(/; write (env:\/\/NAME|file:\/\/\/folder\/file|k8s:\/\/namespace\/name#key)$/);
      expect(await look(reference)).toEqual({ state: 'unsupported', said });
    }
  });

  for (const [state, when, whileSo] of TROUBLES) {
    if (!can.has(state)) continue;
    it(`says ${state} ${when}, and sees the secret again afterwards`, async () => {
      const reference = await at.plant(value);
      const answer = await whileSo(at, reference, () => look(reference));
      expect(answer).toEqual({ state, said: expect.any(String) });
      expect(await look(reference)).toEqual({ state: 'present' });
    });
  }

  it('throws the reason of an abort, and nothing else', async () => {
    const reference = await at.plant(value);
    const aborted = AbortSignal.abort(new Error('the worker stops'));
    await expect(at.resolver.look(reference, aborted)).rejects.toThrow('the worker stops');
  });
}
