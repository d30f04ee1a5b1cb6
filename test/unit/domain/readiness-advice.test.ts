import { expect, it } from 'vitest';
import { advice } from '../../../src/domain/readiness-advice.js';

it.each([
  ['env://', 'LASTGOOD_SECRET_ENVIRONMENT'],
  ['file://', 'LASTGOOD_SECRET_FILE_ROOTS'],
  ['k8s://', 'LASTGOOD_SECRET_KUBERNETES'],
])('the advice on a secret that may not be looked for names the setting for %s', (scheme, setting) => {
  expect(advice('env', 'unsupported')).toContain(`${setting} for ${scheme}`);
});
