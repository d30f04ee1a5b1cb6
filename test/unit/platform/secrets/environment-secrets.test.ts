import { describe, expect, it } from 'vitest';
import { EnvironmentSecrets } from '../../../../src/platform/secrets/environment-secrets.js';
import { secretsContract } from './contract.js';
import { resolverOf, type SecretsUnderTest } from './secrets-under-test.js';

async function environmentUnderTest(): Promise<SecretsUnderTest> {
  const variables: Record<string, string> = {};
  const never = () => Promise.reject(new Error('an environment has no such trouble'));
  return {
    resolver: resolverOf('env', new EnvironmentSecrets(variables)),
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
    const empty = resolverOf('env', new EnvironmentSecrets({ TOKEN: '' }));
    expect(await empty.look('env://TOKEN', signal)).toMatchObject({
      state: 'missing',
      said: expect.stringContaining('TOKEN is empty'),
    });
    const own = resolverOf('env', new EnvironmentSecrets());
    expect(await own.look('env://PATH', signal)).toEqual({ state: 'present' });
    expect(await own.look('env://toString', signal)).toMatchObject({ state: 'missing' });
  });
});
