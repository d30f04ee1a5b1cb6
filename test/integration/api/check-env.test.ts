import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { startKubernetesApi, type KubernetesApi } from '../../support/kubernetes-api.js';
import { promote, registration } from '../../support/registering.js';

const POLL = { timeout: 60_000, interval: 50 };

describe('the checks of what an env refers to', () => {
  let api: TestApi;
  let kubernetes: KubernetesApi;
  let folder: string;
  beforeAll(async () => {
    kubernetes = await startKubernetesApi();
    folder = await mkdtemp(join(inject('runFolder'), 'check-env-'));
    await mkdir(join(folder, 'secrets'));
    const env = {
      LASTGOOD_SECRET_ENVIRONMENT: 'CHECK_ENV_*,LASTGOOD*,AWS_*,S3_*,DATABASE_U*',
      LASTGOOD_SECRET_FILE_ROOTS: join(folder, 'secrets'),
      LASTGOOD_SECRET_KUBERNETES: 'kubeconfig',
      LASTGOOD_SECRET_KUBECONFIG: await kubernetes.writeKubeconfig(folder),
    };
    api = await startApi({ jobs: true, env });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await api.close();
    await kubernetes.close();
    await rm(folder, { recursive: true, force: true });
  });

  const register = (model: string, env: Record<string, unknown>) =>
    api
      .as('ana')
      .post(`/v1/models/${model}/versions`)
      .send(registration(api, model, { env }));
  const checks = async (model: string) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/versions/1/checks`).expect(200);
    return (body.items as CheckView[]).filter(({ kind }) => kind === 'env');
  };
  const states = async (model: string) =>
    Object.fromEntries((await checks(model)).map(({ subject, state }) => [subject, state]));
  const fileRef = (name: string) => ({ secretRef: pathToFileURL(join(folder, 'secrets', name)).href });

  it('say of each reference whether it can be resolved, and nothing of a plain value', async () => {
    vi.stubEnv('CHECK_ENV_TOKEN', 'open-sesame');
    vi.stubEnv('LASTGOOD_TOKEN', 'open-sesame');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'open-sesame');
    await writeFile(join(folder, 'secrets', 'there'), 'open-sesame');
    kubernetes.readable.add('serving');
    kubernetes.secrets.set('serving/fraud', { token: 'open-sesame' });
    await register('fraud', {
      MODE: 'fast',
      ENV_THERE: { secretRef: 'env://CHECK_ENV_TOKEN' },
      ENV_GONE: { secretRef: 'env://CHECK_ENV_NOTHING' },
      ENV_OTHER: { secretRef: 'env://PATH' },
      ENV_URL: { secretRef: 'env://DATABASE_URL' },
      ENV_OWN: { secretRef: 'env://LASTGOOD_TOKEN' },
      ENV_OWN_GONE: { secretRef: 'env://LASTGOOD_NOT_SET' },
      ENV_S3: { secretRef: 'env://S3_SECRET_ACCESS_KEY' },
      ENV_AWS: { secretRef: 'env://AWS_SECRET_ACCESS_KEY' },
      FILE_THERE: fileRef('there'),
      FILE_GONE: fileRef('gone'),
      FILE_OUTSIDE: { secretRef: 'file:///etc/hostname' },
      K8S_THERE: { secretRef: 'k8s://serving/fraud#token' },
      K8S_NO_KEY: { secretRef: 'k8s://serving/fraud#password' },
      K8S_GONE: { secretRef: 'k8s://serving/other#token' },
      K8S_SHUT: { secretRef: 'k8s://payments/stripe#key' },
      VAULT: { secretRef: 'vault://secret/data/x#y' },
    }).expect(201);
    const wanted = {
      ENV_THERE: 'present',
      ENV_GONE: 'missing',
      ENV_OTHER: 'unsupported',
      ENV_URL: 'unsupported',
      ENV_OWN: 'unsupported',
      ENV_OWN_GONE: 'unsupported',
      ENV_S3: 'unsupported',
      ENV_AWS: 'unsupported',
      FILE_THERE: 'present',
      FILE_GONE: 'missing',
      FILE_OUTSIDE: 'unsupported',
      K8S_THERE: 'present',
      K8S_NO_KEY: 'missing',
      K8S_GONE: 'missing',
      K8S_SHUT: 'forbidden',
      VAULT: 'unsupported',
    };
    await expect.poll(() => states('fraud'), POLL).toEqual(wanted);
  });

  it('carry provider and reference as their evidence, and what to do where something lacks', async () => {
    const found = await checks('fraud');
    const of = (name: string) => found.find(({ subject }) => subject === name)?.evidence;
    const reference = 'k8s://serving/fraud#token';
    expect(of('K8S_THERE')).toEqual({ provider: 'k8s', reference });
    expect(of('K8S_NO_KEY')).toMatchObject({ missing: 'key', said: expect.stringContaining('no key password') });
    expect(of('K8S_SHUT')).toMatchObject({ said: expect.stringContaining('allow get on secrets/stripe in payments') });
    expect(of('VAULT')).toMatchObject({ provider: 'vault', said: expect.stringContaining('cannot be asked') });
    expect(JSON.stringify(found)).not.toContain('open-sesame');
  });

  it('see an outage as unreachable, and the secret again after it', async () => {
    await register('outage', { TOKEN: { secretRef: 'k8s://serving/fraud#token' } }).expect(201);
    await expect.poll(() => states('outage'), POLL).toEqual({ TOKEN: 'present' });
    kubernetes.misbehaves = 'cut';
    await promote(api, 'outage', 1);
    await expect.poll(() => states('outage'), POLL).toEqual({ TOKEN: 'unreachable' });
    kubernetes.misbehaves = null;
    await promote(api, 'outage', 1, 'staging');
    await expect.poll(() => states('outage'), POLL).toEqual({ TOKEN: 'present' });
  });

  it.each([
    [{ secretRef: 'k8s://serving/fraud' }, 'write k8s://namespace/name#key'],
    [{ secretRef: 'env://NO-NAME' }, 'write env://NAME'],
    [{ secretRef: 'file://secrets/x' }, 'write file:///folder/file'],
  ])('need no malformed reference: %j is refused at the registration', async (value, says) => {
    const { body } = await register('refused', { TOKEN: value }).expect(400);
    expect(body.errors).toEqual([{ field: 'env.TOKEN', value, message: expect.stringContaining(says) }]);
  });
});
