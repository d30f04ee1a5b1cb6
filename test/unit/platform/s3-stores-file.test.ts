import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, effectiveConfig, loadConfig, type Config } from '../../../src/platform/config/index.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG';

describe('the file of further S3 stores', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lastgood-s3-stores-'));
    file = join(folder, 'stores.json');
    await writeFile(join(folder, 'two-words'), 'two words');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const load = async (content: unknown, env: Record<string, string> = {}): Promise<Config> => {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return loadConfig({ env: { LASTGOOD_S3_STORES_FILE: file, ...env } });
  };
  const problems = async (content: unknown, env: Record<string, string> = {}): Promise<string[]> => {
    const error: unknown = await load(content, env).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw new Error(`it was accepted: ${inspect(error)}`);
    expect(inspect(error, { depth: null }) + error.message).not.toContain(SECRET);
    for (const { key, from, value } of error.problems) {
      expect({ key, from, value }).toEqual({ key: 's3StoresFile', from: 'LASTGOOD_S3_STORES_FILE', value: file });
    }
    return error.problems.map(({ text }) => text);
  };
  const withCredentials = (credentials: unknown): unknown => [{ name: 'eu', buckets: ['models'], credentials }];

  it('holds stores, each with its own buckets, and leaves to AWS what it does not say', async () => {
    const full = {
      name: 'eu',
      endpoint: 'https://s3.eu.example:9000',
      region: 'eu-1',
      forcePathStyle: false,
      buckets: ['models', 'archive.old'],
      credentials: { accessKeyId: 'AKIA', secretAccessKey: SECRET, sessionToken: 'session' },
    };
    const { s3Stores } = await load([full, { name: 'us', buckets: ['other'] }]);
    expect(s3Stores).toEqual([full, { name: 'us', region: 'us-east-1', buckets: ['other'] }]);
    expect(loadConfig({ env: {} }).s3Stores).toEqual([]);
  });

  it('takes credentials from the environment and from files beside it, without their line breaks', async () => {
    await writeFile(join(folder, 'key'), `${SECRET}\n`);
    const credentials = { accessKeyIdEnv: 'LASTGOOD_EU_KEY', secretAccessKeyFile: 'key' };
    const config = await load(withCredentials(credentials), { LASTGOOD_EU_KEY: 'AKIA' });
    expect(config.s3Stores[0]?.credentials).toEqual({ accessKeyId: 'AKIA', secretAccessKey: SECRET });
    expect(config.warnings).toEqual([]);
  });

  it('shows no secret among the values in force', async () => {
    const config = await load(withCredentials({ accessKeyId: 'AKIA', secretAccessKey: SECRET }));
    const shown = effectiveConfig(config);
    expect(shown.find(({ key }) => key === 's3StoresFile')).toMatchObject({ value: file, source: 'env' });
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });

  it('refuses a bucket that is in two stores, and names both', async () => {
    const stores = [
      { name: 'eu', buckets: ['models', 'artifacts'] },
      { name: 'us', buckets: ['models'] },
      { name: 'us', buckets: ['twice', 'twice'] },
    ];
    expect(await problems(stores, { S3_BUCKET: 'artifacts' })).toEqual([
      'the bucket "artifacts" is in the store of S3_BUCKET and in the store "eu": s3://artifacts/… can mean only one of them',
      'the bucket "models" is in the store "eu" and in the store "us": s3://models/… can mean only one of them',
      'two stores have the name "us": give each its own',
      'the store "us" names the bucket "twice" twice',
    ]);
  });

  it('names every field that cannot be used', async () => {
    const stores = [
      { name: 'a b', endpoint: 'ftp://host', region: '', forcePathStyle: 'yes', buckets: [], color: 1 },
      { buckets: ['models', 7], endpoint: `https://user:${SECRET}@host`, credentials: SECRET, [SECRET]: 1 },
      'eu',
    ];
    const fields = 'name, endpoint, region, forcePathStyle, buckets, credentials';
    expect(await problems(stores)).toEqual([
      `[0]: it has no color; its fields are ${fields}`,
      '[0].name: it takes a name of letters, digits, dots and dashes',
      '[0].endpoint: it takes a URL like https://host:9000, without a user; left out, it is AWS',
      '[0].region: it takes text that is not empty',
      '[0].forcePathStyle: it takes true or false',
      '[0].buckets: it takes a list of the names of buckets, like ["models", "archive"]',
      `[1]: it has no …; its fields are ${fields}`,
      '[1].name: it takes a name of letters, digits, dots and dashes',
      '[1].endpoint: it takes a URL like https://host:9000, without a user; left out, it is AWS',
      '[1].buckets: it takes a list of the names of buckets, like ["models", "archive"]',
      '[1].credentials: it takes an object; left out, the usual AWS credential chain is used',
      '[2]: it takes an object, like {"name": "eu", "buckets": ["models"]}',
    ]);
  });

  it.each([
    [{ accessKeyId: 'AKIA' }, 'credentials: it takes one of secretAccessKey, secretAccessKeyEnv, secretAccessKeyFile'],
    [{ secretAccessKey: SECRET }, 'credentials: it takes one of accessKeyId, accessKeyIdEnv, accessKeyIdFile'],
    [
      { accessKeyId: 'AKIA', secretAccessKey: SECRET, secretAccessKeyEnv: 'KEY' },
      'credentials.secretAccessKey: it takes only one of secretAccessKey, secretAccessKeyEnv',
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKeyEnv: 'EU_KEY' },
      'credentials.secretAccessKeyEnv: the environment variable EU_KEY is not set, or empty',
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKeyEnv: SECRET },
      'credentials.secretAccessKeyEnv: the environment variable that it names is not set, or empty',
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKeyFile: `${tmpdir()}/no-such-key` },
      `credentials.secretAccessKeyFile: the file ${tmpdir()}/no-such-key cannot be read (there is no such file)`,
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKeyFile: `/${SECRET}` },
      'credentials.secretAccessKeyFile: the file that it names cannot be read (there is no such file)',
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKeyFile: 'two-words' },
      'credentials.secretAccessKeyFile: the file that it names holds more than one word',
    ],
    [
      { accessKeyId: 'AKIA', secretAccessKey: `${SECRET}\n` },
      'credentials.secretAccessKey: it has a control character or a space in it',
    ],
    [{ accessKeyId: 7, secretAccessKey: SECRET }, 'credentials.accessKeyId: it takes text that is not empty'],
  ])('says what is wrong with the credentials, without showing them: %#', async (credentials, text) => {
    expect(await problems(withCredentials(credentials))).toEqual([`[0].${text}`]);
  });

  it.each([
    ['', 'the file does not hold JSON'],
    [`[{"name": "eu", "secretAccessKey": "${SECRET}",}]`, 'the file does not hold JSON (line 1, column 60)'],
    [`[\n{"a": ${SECRET}}]`, 'the file does not hold JSON'],
    ['{"stores": []}', 'the file must hold a list of stores'],
    ['"text"', 'the file must hold a list of stores'],
  ])('must hold a list as JSON: %#', async (content, text) => {
    const [problem, ...more] = await problems(content);
    expect(problem).toContain(text);
    expect(more).toEqual([]);
  });

  it('must be there, and be a file', () => {
    const gone = { LASTGOOD_S3_STORES_FILE: join(folder, 'gone.json') };
    expect(() => loadConfig({ env: gone })).toThrow('the file cannot be read (there is no such file)');
    expect(() => loadConfig({ env: { LASTGOOD_S3_STORES_FILE: folder } })).toThrow('(it is a folder)');
  });

  it('is looked for from the folder that the command runs in', async () => {
    await writeFile(file, JSON.stringify([{ name: 'eu', buckets: ['models'] }]));
    const { s3Stores } = loadConfig({ env: { LASTGOOD_S3_STORES_FILE: 'stores.json' }, cwd: folder });
    expect(s3Stores).toHaveLength(1);
  });
});
