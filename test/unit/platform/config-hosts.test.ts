import { describe, expect, it } from 'vitest';
import { ConfigError, effectiveConfig, loadConfig, parseHostCredentials } from '../../../src/platform/config/index.js';

const problems = (env: Record<string, string>): unknown => {
  try {
    return effectiveConfig(loadConfig({ env })).length;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('the hosts that may be asked', () => {
  it('are lists with commas, shown as they were written', () => {
    const env = {
      LASTGOOD_HTTPS_ALLOWED_HOSTS: 'models.example, *.weights.example:8443,',
      LASTGOOD_OCI_ALLOWED_HOSTS: 'http://10.0.0.7:5000,[fd00::7]:5000',
      LASTGOOD_ALLOWED_NETWORKS: '10.0.0.0/8,fd00::/8',
    };
    const config = loadConfig({
      env: { ...env, LASTGOOD_HTTPS_ALLOWED_HOSTS: 'models.example, *.weights.example:8443' },
    });
    expect(config.https.allowedHosts).toEqual(['models.example', '*.weights.example:8443']);
    expect(config.oci.allowedHosts).toEqual(['http://10.0.0.7:5000', '[fd00::7]:5000']);
    const shown = new Map(effectiveConfig(config).map(({ key, value }) => [key, value]));
    expect(shown.get('oci.allowedHosts')).toBe('http://10.0.0.7:5000,[fd00::7]:5000');
    expect(shown.get('allowedNetworks')).toBe('10.0.0.0/8,fd00::/8');
    expect(problems(env)).toMatchObject([{ key: 'https.allowedHosts' }]);
  });

  it.each([
    ['LASTGOOD_HTTPS_ALLOWED_HOSTS', '*', 'it takes host names like models.example'],
    ['LASTGOOD_OCI_ALLOWED_HOSTS', 'https://registry.example/v2', 'it takes host names like models.example'],
    ['LASTGOOD_ALLOWED_NETWORKS', '10.0.0.1', 'it takes networks like 10.0.0.0/8'],
    ['LASTGOOD_OCI_PLATFORM', 'amd64', 'it takes a platform like linux/amd64'],
  ])('cannot be given in %s as %j', (name, value, text) => {
    expect(problems({ [name]: value })).toMatchObject([{ from: name, value, text: expect.stringContaining(text) }]);
  });

  it('speak TLS, except inside a network that is allowed', () => {
    const env = { LASTGOOD_OCI_ALLOWED_HOSTS: 'ghcr.example,http://registry.internal:5000' };
    expect(problems(env)).toMatchObject([
      {
        key: 'allowedNetworks',
        text: expect.stringContaining('http://registry.internal:5000 is to be asked without TLS'),
      },
    ]);
    expect(problems({ ...env, LASTGOOD_ALLOWED_NETWORKS: '10.0.0.0/8' })).toEqual(expect.any(Number));
  });
});

describe('the variables that secret references may name', () => {
  it('are none unless they are listed, and a list is of names and beginnings of names', () => {
    expect(loadConfig({ env: {} }).secrets.environment).toEqual([]);
    const env = { LASTGOOD_SECRET_ENVIRONMENT: 'FRAUD_TOKEN, SERVING_*' };
    expect(loadConfig({ env }).secrets.environment).toEqual(['FRAUD_TOKEN', 'SERVING_*']);
  });

  it.each(['*', 'A-B', '*_TOKEN', 'A*B'])('cannot be given as %j', (value) => {
    const text = expect.stringContaining('names of environment variables like');
    expect(problems({ LASTGOOD_SECRET_ENVIRONMENT: value })).toMatchObject([{ text }]);
  });

  it.each(['LASTGOOD_TOKEN', 'DATABASE_URL', 'S3_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LASTGOOD_NO_SETTING'])(
    'are not those that Lastgood itself reads: %s',
    (name) => {
      const text = expect.stringContaining(`${name} is one that Lastgood itself reads`);
      expect(problems({ LASTGOOD_SECRET_ENVIRONMENT: `FRAUD_TOKEN,${name}` })).toMatchObject([{ text }]);
    },
  );
});

describe('the credentials of hosts', () => {
  const reader = { username: 'reader', password: 'p:w' };
  const auth = Buffer.from('reader:p:w').toString('base64');

  it.each([
    [{ 'registry.example:5000': reader }, { 'registry.example:5000': reader }],
    [{ 'Models.Example': { token: 't' } }, { 'models.example': { token: 't' } }],
    [{ auths: { 'https://index.docker.io/v1/': { auth } }, credsStore: 'x' }, { 'docker.io': reader }],
    [{ auths: { 'ghcr.example': { ...reader, auth } } }, { 'ghcr.example': reader }],
    [{ auths: { 'ghcr.example': { registrytoken: 't' } } }, { 'ghcr.example': { token: 't' } }],
    [{ auths: {} }, {}],
  ])('%j are understood', (json, expected) => {
    expect(parseHostCredentials(JSON.stringify(json))).toEqual(expected);
  });

  it.each([
    'reader:secret',
    '[]',
    'null',
    '{"host": "secret"}',
    '{"host": {}}',
    '{"host": {"username": "reader"}}',
    '{"host": {"username": "a:b", "password": "secret"}}',
    '{"host": {"token": "a\\r\\nb"}}',
    '{"auths": {"host": {"auth": "%%%"}}}',
    '{"host": {"token": "secret €"}}',
    '{"auths": null}',
    '{"user@host": {"token": "secret"}}',
  ])('%s are refused, without showing them', (text) => {
    expect(parseHostCredentials(text)).toBeNull();
    const found = problems({ LASTGOOD_OCI_CREDENTIALS: text });
    expect(found).toMatchObject([{ key: 'oci.credentials', text: expect.stringContaining('JSON like') }]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('are shown nowhere', () => {
    const credentials = JSON.stringify({ 'registry.example': { username: 'reader', password: 'open-sesame' } });
    const config = loadConfig({
      env: { LASTGOOD_OCI_CREDENTIALS: credentials, LASTGOOD_HTTPS_CREDENTIALS: credentials },
    });
    const values = effectiveConfig(config).map(({ value }) => value);
    expect(values.join()).not.toMatch(/reader|open-sesame/);
    expect(effectiveConfig(config).filter(({ secret }) => secret)).toHaveLength(5);
  });
});
