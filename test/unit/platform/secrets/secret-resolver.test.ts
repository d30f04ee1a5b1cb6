import { describe, expect, it } from 'vitest';
import { secretResolver } from '../../../../src/platform/secrets/index.js';
import { Folders } from '../../../../src/stores/folders.js';
import { SecretResolver } from '../../../../src/platform/secrets/secret-resolver.js';

const signal = new AbortController().signal;

describe('a secret reference', () => {
  const nothing = secretResolver({
    variables: { allowed: [], own: [] },
    fileRoots: [],
    folders: new Folders(),
    kubernetes: null,
  });

  it.each([
    ['vault://secret/x', 'names the provider vault, which cannot be asked; those that can: env://NAME'],
    ['toString://x', 'write <provider>://<path>'],
    ['constructor://x', 'names the provider constructor'],
    ['nothing', 'write <provider>://<path>'],
    ['file:///run/secrets/x', 'set LASTGOOD_SECRET_FILE_ROOTS'],
    ['k8s://serving/fraud#token', 'set LASTGOOD_SECRET_KUBERNETES'],
    ['k8s://serving/fraud', 'write k8s://namespace/name#key'],
  ])('%s is unsupported where nothing is configured, and the answer says what to do', async (reference, said) => {
    expect(await nothing.look(reference, signal)).toEqual({
      state: 'unsupported',
      said: expect.stringContaining(said),
    });
  });

  it('is unreachable where the provider fails in an unforeseen way, and nothing of the error is told', async () => {
    const failing = { look: () => Promise.reject(new Error('Unexpected token in "open-sesame"')) };
    const resolver = new SecretResolver({ env: failing, file: '', k8s: '' });
    expect(await resolver.look('env://TOKEN', signal)).toEqual({
      state: 'unreachable',
      said: 'failed in a way that is not known',
    });
  });
});
