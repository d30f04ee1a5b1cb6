import { describe, expect, it } from 'vitest';
import { EnvironmentSecrets } from '../../../../src/platform/secrets/environment-secrets.js';
import { secretsContract } from './contract.js';
import { resolverOf, type SecretsUnderTest } from './secrets-under-test.js';

const ANY = { allowed: ['SECRET_*', 'TOKEN', 'NOT_SET', 'PATH', 'toString'], own: [] };

async function environmentUnderTest(): Promise<SecretsUnderTest> {
  const variables: Record<string, string> = {};
  const never = () => Promise.reject(new Error('an environment has no such trouble'));
  return {
    resolver: resolverOf('env', new EnvironmentSecrets(ANY, variables)),
    plant: async (value) => {
      const name = `SECRET_${Object.keys(variables).length}`;
      variables[name] = value;
      return `env://${name}`;
    },
    nowhere: 'env://NOT_SET',
    malformed: ['env://1ST', 'env://A-B', 'env:///NAME', 'env://A#b'],
    whileForbidden: never,
    whileUnreachable: never,
    close: async () => {},
  };
}

describe('secrets in the environment', () => {
  secretsContract(environmentUnderTest);

  it('are missing where the variable is empty, and are those of this process unless told', async () => {
    const signal = new AbortController().signal;
    const empty = resolverOf('env', new EnvironmentSecrets(ANY, { TOKEN: '' }));
    expect(await empty.look('env://TOKEN', signal)).toMatchObject({
      state: 'missing',
      said: expect.stringContaining('TOKEN is empty'),
    });
    const own = resolverOf('env', new EnvironmentSecrets(ANY));
    expect(await own.look('env://PATH', signal)).toEqual({ state: 'present' });
    expect(await own.look('env://toString', signal)).toMatchObject({ state: 'missing' });
  });

  it('are not looked for unless they are allowed, and the answer is the same whether they are set or not', async () => {
    const rules = { allowed: ['FRAUD_*', 'LASTGOOD_TOKEN', 'A*'], own: ['LASTGOOD_*', 'AWS_*', 'FRAUD_OWN'] };
    const names = ['HOME', 'LASTGOOD_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'FRAUD', 'xFRAUD_A', 'FRAUD_OWN', 'fraud_a'];
    const set = Object.fromEntries(names.map((name) => [name, 'open-sesame']));
    const signal = new AbortController().signal;
    for (const name of names) {
      const seen = await resolverOf('env', new EnvironmentSecrets(rules, set)).look(`env://${name}`, signal);
      const unset = await resolverOf('env', new EnvironmentSecrets(rules, {})).look(`env://${name}`, signal);
      expect(seen).toEqual(unset);
      const said = expect.stringMatching(/^\S+ is not among the variables .*: add it to LASTGOOD_SECRET_ENVIRONMENT$/);
      expect(seen).toEqual({ state: 'unsupported', said });
    }
    const known = resolverOf('env', new EnvironmentSecrets(rules, { FRAUD_A: 'x', A1: 'x' }));
    expect(await known.look('env://FRAUD_A', signal)).toEqual({ state: 'present' });
    expect(await known.look('env://A1', signal)).toEqual({ state: 'present' });
    expect(await known.look('env://FRAUD_B', signal)).toMatchObject({ state: 'missing' });
  });
});
