import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LastgoodClient } from '../../src/client/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startKubernetesApi, type KubernetesApi, type Misbehaviour } from '../support/kubernetes-api.js';
import { query } from '../support/pg-query.js';
import { spawnLastgood, startLastgood, type ListeningProcess, type ProductProcess } from '../support/processes.js';
import { testFolder } from '../support/run-folder.js';

const POLL = { timeout: 120_000, interval: 50 };
const TROUBLES: Misbehaviour[] = ['garbled', 'cut', 'endless', 503];

const valueOf = { env: `env-${randomUUID()}`, file: `file-${randomUUID()}`, k8s: `k8s-${randomUUID()}` };
let database: TestDatabase;
let kubernetes: KubernetesApi;
let folder: string;
let server: ListeningProcess;
let worker: ProductProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  kubernetes = await startKubernetesApi();
  kubernetes.readable.add('serving');
  kubernetes.secrets.set('serving/fraud', { token: valueOf.k8s, other: `${valueOf.k8s}-too` });
  folder = await testFolder('secrets-stay-out');
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets', 'token'), valueOf.file);
  const env = {
    DATABASE_URL: database.url,
    LASTGOOD_DATA: folder,
    LASTGOOD_LOG_LEVEL: 'debug',
    LASTGOOD_SECRET_FILE_ROOTS: join(folder, 'secrets'),
    LASTGOOD_SECRET_KUBERNETES: 'kubeconfig',
    LASTGOOD_SECRET_KUBECONFIG: await kubernetes.writeKubeconfig(folder),
    LASTGOOD_SECRET_ENVIRONMENT: 'FRAUD_TOKEN',
    FRAUD_TOKEN: valueOf.env,
  };
  server = await startLastgood(['serve', '--port', '0'], { env });
  worker = spawnLastgood(['worker'], { env });
});
afterAll(async () => {
  await Promise.all([server?.end(), worker?.end()]);
  await kubernetes?.close();
  await database?.drop();
});

/** All that stands in any table of any schema, as text. */
async function everythingStored(): Promise<string> {
  const tables = (await query(
    database.url,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  )) as { name: string }[];
  const texts = [];
  for (const { name } of tables) {
    const rows = (await query(database.url, `SELECT t::text AS row FROM ${name} t`)) as { row: string }[];
    texts.push(name, ...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}

/** The ways in which a value could stand somewhere: as it is, or as base64, of which the ends depend on what is around. */
function formsOf(value: string): string[] {
  return [value, ...[0, 1, 2].map((skip) => Buffer.from(value).subarray(skip).toString('base64').slice(4, -6))];
}

it('no value of a secret is ever in the database or in a log, whatever the checks of it meet', async () => {
  const client = new LastgoodClient({ url: server.url });
  const references = {
    FROM_ENV: 'env://FRAUD_TOKEN',
    FROM_FILE: pathToFileURL(join(folder, 'secrets', 'token')).href,
    FROM_K8S: 'k8s://serving/fraud#token',
  };
  await client.registerVersion('fraud', {
    createModel: true,
    artifacts: [],
    image: `registry.example/server@sha256:${'5'.repeat(64)}`,
    env: Object.fromEntries(Object.entries(references).map(([name, secretRef]) => [name, { secretRef }])),
  });
  const seen = async () => {
    const checks = await client.checks('fraud', 1);
    return Object.fromEntries(checks.flatMap(({ kind, subject, state }) => (kind === 'env' ? [[subject, state]] : [])));
  };
  const wanted = (k8s: string) => ({ FROM_ENV: 'present', FROM_FILE: 'present', FROM_K8S: k8s });
  await expect.poll(seen, POLL).toEqual(wanted('present'));
  for (const [turn, trouble] of TROUBLES.entries()) {
    kubernetes.misbehaves = trouble;
    await client.promote('fraud', `trouble-${turn}`, { version: 1, reason: 'look again' });
    await expect.poll(seen, POLL).toEqual(wanted('unreachable'));
    kubernetes.misbehaves = null;
    await client.promote('fraud', `calm-${turn}`, { version: 1, reason: 'look again' });
    await expect.poll(seen, POLL).toEqual(wanted('present'));
  }

  const stored = await everythingStored();
  const ends = await Promise.all([server.end(), worker.end()]);
  const logged = ends.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  // What is looked through is what there is: the references are there, and the process's own log.
  for (const reference of Object.values(references)) expect(stored).toContain(reference);
  expect(logged).toContain('working on jobs from PostgreSQL');
  for (const [where, text] of Object.entries({ stored, logged })) {
    for (const value of [...Object.values(valueOf), kubernetes.token]) {
      for (const form of formsOf(value)) expect(text.includes(form), `${form} is ${where}`).toBe(false);
    }
  }
});
