import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/platform/config/index.js';
import { ConfigError, effectiveConfig, loadConfig } from '../../../src/platform/config/index.js';

const refusal = (env: Record<string, string>, flags: Record<string, unknown> = {}): ConfigError => {
  try {
    loadConfig({ env, flags });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

const row = (config: Config, key: string) => effectiveConfig(config).find((one) => one.key === key);

describe('loading the configuration', () => {
  it('uses the defaults when nothing is given', () => {
    const config = loadConfig({ env: {} });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7420,
      dataDir: resolve('.lastgood'),
      databaseUrl: '',
      databasePoolSize: 10,
      redisUrl: '',
      token: '',
      logLevel: 'info',
      bodyLimitBytes: 1_048_576,
      soakWindowSeconds: 1800,
      shutdownGraceSeconds: 10,
      jobConcurrency: 4,
      jobAttempts: 8,
      store: 'file',
      fileRoots: [],
      storeConcurrency: 16,
      storeRequestsPerSecond: 200,
      storeReads: 4,
      verifyBytesPerSecond: 104_857_600,
      allowedNetworks: [],
      https: { allowedHosts: [], credentials: '' },
      oci: { allowedHosts: [], credentials: '', platform: 'linux/amd64' },
      secrets: { environment: [], fileRoots: ['/run/secrets'], kubernetes: 'off', kubeconfig: '' },
      warnings: [],
    });
    expect(config.s3).toEqual({
      bucket: '',
      endpoint: '',
      region: 'us-east-1',
      accessKeyId: '',
      secretAccessKey: '',
      forcePathStyle: true,
    });
  });

  it('lets a flag win over the environment and the environment over the default', () => {
    const env = { LASTGOOD_PORT: '8000', LASTGOOD_JOB_ATTEMPTS: '3' };
    const config = loadConfig({ env, flags: { port: '9000', host: undefined } });
    expect(config).toMatchObject({ port: 9000, jobAttempts: 3, host: '127.0.0.1' });
    expect(config.sources).toMatchObject({ port: 'flag', jobAttempts: 'env', host: 'default' });
  });

  it('takes a flag by the key of the setting and by its own name', () => {
    expect(loadConfig({ env: {}, flags: { dataDir: '/srv/a' } }).dataDir).toBe('/srv/a');
    expect(loadConfig({ env: {}, flags: { data: '/srv/b' } }).dataDir).toBe('/srv/b');
    expect(loadConfig({ env: {}, flags: { port: 0 } }).port).toBe(0);
  });

  it('ignores flags that are no settings, so a command may pass all it has', () => {
    expect(loadConfig({ env: {}, flags: { json: true, reason: 'because', jobAttempts: '1' } }).jobAttempts).toBe(8);
  });

  it('makes the data folder absolute from the folder the command runs in', () => {
    expect(loadConfig({ env: { LASTGOOD_DATA: 'here' }, cwd: '/srv' }).dataDir).toBe('/srv/here');
  });

  it('reads lists, truth values and numbers from the environment', () => {
    const env = { LASTGOOD_FILE_ROOTS: '/models:/mnt/share/', S3_FORCE_PATH_STYLE: 'FALSE', LASTGOOD_PORT: '0' };
    const config = loadConfig({ env });
    expect(config.fileRoots).toEqual(['/models', '/mnt/share']);
    expect(config.s3.forcePathStyle).toBe(false);
    expect(config.port).toBe(0);
  });

  it('counts a variable that is set but empty as not set', () => {
    const config = loadConfig({ env: { LASTGOOD_PORT: '', S3_REGION: '', LASTGOOD_LOG_LEVEL: '' } });
    expect(config).toMatchObject({ port: 7420, logLevel: 'info' });
    expect(config.sources.port).toBe('default');
  });

  it('cannot be changed once loaded', () => {
    const config = loadConfig({ env: {} });
    expect(Object.isFrozen(config) && Object.isFrozen(config.s3) && Object.isFrozen(config.fileRoots)).toBe(true);
  });

  it('warns about a LASTGOOD_ variable that nothing reads and says which was probably meant', () => {
    const { warnings } = loadConfig({
      env: { LASTGOOD_PROT: '1', LASTGOOD_URL: 'http://x', LASTGOOD_ACTOR: 'me', LASTGOOD_ENTIRELY_ELSE: '' },
    });
    expect(warnings).toEqual([
      'The environment variable LASTGOOD_ENTIRELY_ELSE is not a setting and has no effect.',
      'The environment variable LASTGOOD_PROT is not a setting and has no effect. Did you mean LASTGOOD_PORT?',
    ]);
  });
});

describe('refusing a configuration', () => {
  it('names every bad setting at once, where it came from, its value and what it takes', () => {
    const { problems, message } = refusal(
      { LASTGOOD_LOG_LEVEL: 'loud', LASTGOOD_JOB_ATTEMPTS: '0', REDIS_URL: 'localhost:6379' },
      { port: '99999' },
    );
    expect(problems).toEqual([
      { key: 'port', from: '--port', value: '99999', text: 'it takes a whole number from 0 to 65535' },
      {
        key: 'redisUrl',
        from: 'REDIS_URL',
        value: 'localhost:6379',
        text: 'it takes a URL like redis://host:6379, or nothing',
      },
      {
        key: 'logLevel',
        from: 'LASTGOOD_LOG_LEVEL',
        value: 'loud',
        text: 'it takes one of fatal, error, warn, info, debug',
      },
      { key: 'jobAttempts', from: 'LASTGOOD_JOB_ATTEMPTS', value: '0', text: 'it takes a whole number from 1 to 100' },
    ]);
    expect(message).toContain('  port (--port) is "99999": it takes a whole number from 0 to 65535');
  });

  it.each([
    ['LASTGOOD_PORT', '80a'],
    ['LASTGOOD_PORT', '-1'],
    ['LASTGOOD_PORT', '1.5'],
    ['LASTGOOD_PORT', '1e3'],
    ['LASTGOOD_DATABASE_POOL', '0'],
    ['LASTGOOD_BODY_LIMIT_BYTES', '10MB'],
    ['LASTGOOD_STORE', 'S3'],
    ['LASTGOOD_FILE_ROOTS', '/models:relative'],
    ['LASTGOOD_FILE_ROOTS', '/models:'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'lastgood'],
    ['S3_ENDPOINT', 's3.example.org'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
  ])('refuses %s=%s', (name, value) => {
    expect(refusal({ [name]: value }).problems).toMatchObject([{ from: name, value }]);
  });

  it('refuses an address that others can reach without a token', () => {
    const [problem] = refusal({ LASTGOOD_HOST: '0.0.0.0' }).problems;
    expect(problem).toEqual({
      key: 'host',
      from: 'LASTGOOD_HOST',
      value: '0.0.0.0',
      text: 'anyone who can reach this port could move production: set LASTGOOD_TOKEN, or --host 127.0.0.1',
    });
    expect(loadConfig({ env: { LASTGOOD_HOST: '0.0.0.0', LASTGOOD_TOKEN: 'one' } }).host).toBe('0.0.0.0');
  });

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'])('needs no token on loopback %s', (host) => {
    expect(loadConfig({ env: {}, flags: { host } }).host).toBe(host);
  });

  it.each(['10.0.0.1', '::', 'registry.example.org', '127.example.org'])('needs a token on %s', (host) => {
    expect(refusal({}, { host }).problems).toMatchObject([{ key: 'host', from: '--host' }]);
  });

  it('refuses the s3 store without a bucket, and half a pair of keys', () => {
    const keyOnly = refusal({ LASTGOOD_STORE: 's3', S3_ACCESS_KEY_ID: 'AKIA' }).problems;
    expect(keyOnly.map(({ key }) => key)).toEqual(['s3.bucket', 's3.secretAccessKey']);
    const secretOnly = refusal({ S3_SECRET_ACCESS_KEY: 'hush' });
    expect(secretOnly.problems).toMatchObject([{ key: 's3.accessKeyId', from: 'S3_ACCESS_KEY_ID' }]);
    expect(secretOnly.message).not.toContain('hush');
  });

  it('never shows the password of a URL that cannot be used', () => {
    const { message } = refusal({ DATABASE_URL: 'postgress://me:hush/h@db/x', REDIS_URL: '//:hush@r:6379' });
    expect(message).not.toContain('hush');
    expect(message).toContain('postgress://me:(hidden)@db/x');
  });
});

describe('showing the configuration', () => {
  it('tells for each setting its value, its source and where it can be given', () => {
    expect(row(loadConfig({ env: { LASTGOOD_PORT: '8000' } }), 'port')).toEqual({
      key: 'port',
      value: '8000',
      source: 'env',
      env: 'LASTGOOD_PORT',
      flag: '--port',
      doc: 'Port to listen on; 0 takes any free one.',
      default: '7420',
      secret: false,
    });
  });

  it('hides secrets and the passwords of URLs', () => {
    const env = {
      LASTGOOD_TOKEN: 'hush-1',
      DATABASE_URL: 'postgresql://me:hush-2@db:5432/x?sslpassword=hush-3',
      REDIS_URL: 'rediss://:hush-4@cache:6379',
      S3_ACCESS_KEY_ID: 'hush-5',
      S3_SECRET_ACCESS_KEY: 'hush-6',
    };
    const config = loadConfig({ env });
    expect(JSON.stringify(effectiveConfig(config))).not.toContain('hush');
    expect(row(config, 'databaseUrl')?.value).toBe('postgresql://me:(hidden)@db:5432/x?sslpassword=(hidden)');
    expect(row(config, 'redisUrl')?.value).toBe('rediss://:(hidden)@cache:6379');
    expect(row(config, 'token')).toMatchObject({ value: '(hidden)', secret: true });
  });

  it('shows a secret that is not set as empty', () => {
    expect(row(loadConfig({ env: {} }), 'token')?.value).toBe('');
  });
});
