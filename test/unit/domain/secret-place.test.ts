import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envProblems } from '../../../src/domain/env.js';
import { isKnownProvider, parseSecretPlace, providerOf, SECRET_FORMS } from '../../../src/domain/secret-place.js';

const lower = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => name !== '.' && name !== '..' && !/[/\0\p{Surrogate}]/u.test(name));

const envRefs = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,30}$/).map((name) => {
  return { reference: `env://${name}`, place: { provider: 'env', name } };
});
const fileRefs = fc.array(fileName, { minLength: 1, maxLength: 4 }).map((names) => {
  const reference = `file:///${names.map(encodeURIComponent).join('/')}`;
  return { reference, place: { provider: 'file', path: `/${names.join('/')}` } };
});
const k8sRefs = fc
  .record({
    namespace: lower,
    name: fc.array(lower, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
    key: fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,40}$/),
  })
  .map(({ namespace, name, key }) => {
    return { reference: `k8s://${namespace}/${name}#${key}`, place: { provider: 'k8s', namespace, name, key } };
  });

const parsed = (reference: string) => {
  const provider = providerOf(reference);
  return provider !== null && isKnownProvider(provider) ? parseSecretPlace(reference, provider) : null;
};

describe('the reference of a secret', () => {
  it('leads where it was written to lead, for each provider that is known', () => {
    const property = fc.property(fc.oneof(envRefs, fileRefs, k8sRefs), ({ reference, place }) => {
      expect(parsed(reference)).toEqual(place);
    });
    fc.assert(property);
  });

  it('is either a place or a problem that shows the right form, and is registered or refused accordingly', () => {
    const tail = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc
        .array(fc.constantFrom('a', 'B', '/', '#', '.', '..', '%', '%2f', '%41', '-', '?', '_', '9'), { maxLength: 12 })
        .map((x) => x.join('')),
    );
    const property = fc.property(fc.constantFrom('env', 'file', 'k8s'), tail, (provider, text) => {
      const reference = `${provider}://${text}`;
      const found = parsed(reference);
      const problems = envProblems({ TOKEN: { secretRef: reference } });
      if (found !== null && !('problem' in found))
        return found.provider === provider && (problems.length === 0 || /\s/.test(text));
      return (
        problems.length === 1 && (found === null || found.problem.endsWith(`write ${SECRET_FORMS[provider as 'env']}`))
      );
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('never leads to a path with a dot name, an empty name or a zero byte in it', () => {
    const parts = fc.constantFrom('a', '.', '..', '', '%2e', '%2E%2e', '%2f', '%00', 'b%20c', '%');
    const property = fc.property(fc.array(parts, { maxLength: 6 }), (names) => {
      const place = parseSecretPlace(`file:///${names.join('/')}`, 'file');
      if ('problem' in place || place.provider !== 'file') return true;
      const found = place.path.split('/').slice(1);
      return (
        place.path.startsWith('/') && found.every((name) => !['', '.', '..'].includes(name) && !name.includes('\0'))
      );
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it.each([
    'env://1ST',
    'env://A.B',
    'file://host/x',
    'file:///',
    'file:///a/../b',
    'file:///a%2Fb',
    'k8s://ns/name',
    'k8s://ns/name#',
    'k8s://ns//name#key',
    'k8s://ns/name#a/b',
    `k8s://${'n'.repeat(64)}/name#key`,
  ])('is refused at its registration where it is malformed: %s', (secretRef) => {
    const [problem] = envProblems({ TOKEN: { secretRef } });
    expect(problem).toMatchObject({
      name: 'TOKEN',
      value: { secretRef },
      problem: expect.stringContaining('; write '),
    });
  });

  it('of a provider that is not known is taken as it is', () => {
    for (const secretRef of ['vault://secret/data/x#y', 'aws-sm://name', 'k8s-csi://any/thing']) {
      expect(envProblems({ TOKEN: { secretRef } })).toEqual([]);
      expect(parsed(secretRef)).toBeNull();
    }
  });
});
