import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { statusIn } from '../../../../src/platform/secrets/kubernetes-answer.js';
import { KubernetesSecrets } from '../../../../src/platform/secrets/kubernetes-secrets.js';
import type { KubernetesOptions } from '../../../../src/platform/secrets/kubernetes-access.js';
import { startKubernetesApi, type KubernetesApi, type Misbehaviour } from '../../../support/kubernetes-api.js';
import { secretsContract } from './contract.js';
import { resolverOf, type SecretsUnderTest } from './secrets-under-test.js';

// No API server of Kubernetes can be installed where these tests run. They speak real HTTPS, with a real kubeconfig and
// the real client library, to a small server that answers as the API's reference documents it: test/support/kubernetes-api.ts.

type ClusterUnderTest = SecretsUnderTest & { api: KubernetesApi; folder: string };

const LOOK_MS = 300;
const signal = new AbortController().signal;
const overKubeconfig = (kubeconfig: string) =>
  resolverOf('k8s', new KubernetesSecrets({ inCluster: false, kubeconfig }));

async function clusterUnderTest(): Promise<ClusterUnderTest> {
  const api = await startKubernetesApi();
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-kubernetes-'));
  api.readable.add('serving');
  const how: KubernetesOptions = { inCluster: false, kubeconfig: await api.writeKubeconfig(folder) };
  const provider = new KubernetesSecrets(how);
  return {
    api,
    folder,
    resolver: resolverOf('k8s', provider),
    plant: async (value) => {
      const name = `fraud-${api.secrets.size}`;
      api.secrets.set(`serving/${name}`, { token: value, other: `${value}-too` });
      return `k8s://serving/${name}#token`;
    },
    nowhere: 'k8s://serving/no-such#token',
    malformed: [
      'k8s://serving/fraud',
      'k8s://fraud#token',
      'k8s://Serving/fraud#token',
      'k8s://a/b/c#d',
      'k8s://a/b#..',
    ],
    whileForbidden: async (_, look) => {
      api.readable.delete('serving');
      const answer = await look();
      api.readable.add('serving');
      return answer;
    },
    whileUnreachable: async (look) => {
      api.misbehaves = 503;
      const answer = await look();
      api.misbehaves = null;
      return answer;
    },
    close: async () => {
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('secrets in Kubernetes', () => {
  secretsContract(clusterUnderTest, 'forbidden', 'unreachable');

  let at: ClusterUnderTest;
  const value = 'open-sesame';
  const planted = () => at.plant(value);
  beforeAll(async () => (at = await clusterUnderTest()));
  afterAll(() => at.close());
  afterEach(() => {
    at.api.misbehaves = null;
    vi.unstubAllEnvs();
  });

  it('are asked for once by their own path', async () => {
    const reference = await planted();
    at.api.asked.length = 0;
    await at.resolver.look(reference, signal);
    const name = /serving\/(.+)#/.exec(reference)?.[1];
    expect(at.api.asked).toEqual([{ line: `GET /api/v1/namespaces/serving/secrets/${name}`, status: 200 }]);
  });

  it('are missing as a whole or lack the key, and the answer says which', async () => {
    const reference = (await planted()).replace('#token', '#password');
    const answer = await at.resolver.look(reference, signal);
    expect(answer).toMatchObject({
      state: 'missing',
      missing: 'key',
      said: expect.stringMatching(/has no key password$/),
    });
    at.api.secrets.set('serving/bare', {});
    expect(await at.resolver.look('k8s://serving/bare#token', signal)).toMatchObject({ missing: 'key' });
    expect(await at.resolver.look(at.nowhere, signal)).toMatchObject({
      missing: 'secret',
      said: 'there is no secret no-such in serving',
    });
  });

  it('repeat nothing else of a refusal, which may quote what was read', () => {
    const refusal = (message: string) =>
      statusIn(Buffer.from(JSON.stringify({ kind: 'Status', reason: 'F', message })));
    expect(refusal('denied by policy: data.token=open-sesame')).toEqual({ reason: 'F', user: null });
    expect(refusal('User "ana" cannot get resource; value open-sesame')).toEqual({ reason: 'F', user: 'ana' });
  });

  it('say who lacks which right where they are forbidden', async () => {
    const answer = await at.resolver.look('k8s://payments/stripe#key', signal);
    expect(answer).toMatchObject({ state: 'forbidden' });
    expect(answer).toHaveProperty('said', expect.stringContaining('system:serviceaccount:lastgood:worker'));
    expect(answer).toHaveProperty('said', expect.stringMatching(/: allow get on secrets\/stripe in payments$/));
  });

  it.each<[Misbehaviour, string]>([
    ['cut', 'ECONNRESET'],
    ['garbled', 'is no Secret'],
    ['endless', 'ANSWER_TOO_LONG'],
    ['lookalike', 'answered 404'],
    ['elsewhere', 'answered 302'],
    [503, 'answered 503'],
  ])('are unreachable, and nothing of them is told, where the server is %s', async (misbehaviour, said) => {
    const reference = await planted();
    at.api.misbehaves = misbehaviour;
    const answer = await at.resolver.look(reference, signal);
    expect(answer).toEqual({ state: 'unreachable', said: expect.stringContaining(said) });
    const encoded = Buffer.from(value).toString('base64');
    for (const text of [value, encoded.slice(0, 8), at.api.token]) expect(JSON.stringify(answer)).not.toContain(text);
  });

  it.each<Misbehaviour>(['stuck', 'slow'])('are unreachable after a while where the server is %s', async (how) => {
    const kubeconfig = await at.api.writeKubeconfig(at.folder);
    const provider = new KubernetesSecrets({ inCluster: false, kubeconfig });
    const reference = await planted();
    at.api.misbehaves = how;
    const answer = await resolverOf('k8s', provider, LOOK_MS).look(reference, signal);
    expect(answer).toEqual({ state: 'unreachable', said: 'gave no answer in 0.3 s' });
  });

  it('let go of a server that is stuck when the look is given up', async () => {
    const reference = await planted();
    at.api.misbehaves = 'stuck';
    const stop = new AbortController();
    const looking = at.resolver.look(reference, stop.signal);
    setTimeout(() => stop.abort(new Error('the worker stops')), 20);
    await expect(looking).rejects.toThrow('the worker stops');
  });

  it('are forbidden to credentials that are not accepted, and seen again once those are renewed', async () => {
    const reference = await planted();
    const kubeconfig = await at.api.writeKubeconfig(at.folder, 'expired');
    const resolver = overKubeconfig(kubeconfig);
    expect(await resolver.look(reference, signal)).toMatchObject({
      state: 'forbidden',
      said: expect.stringContaining('credentials'),
    });
    const renewed = await at.api.writeKubeconfig(at.folder);
    await rename(renewed, kubeconfig);
    expect(await resolver.look(reference, signal)).toEqual({ state: 'present' });
  });

  it("are found from inside a pod by the pod's own account", async () => {
    const reference = await planted();
    const resolver = resolverOf('k8s', new KubernetesSecrets({ inCluster: true, root: at.folder }));
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '');
    expect(await resolver.look(reference, signal)).toMatchObject({
      state: 'unsupported',
      said: expect.stringContaining('this is no pod'),
    });
    for (const [name, text] of Object.entries(await at.api.mountAccount(at.folder))) vi.stubEnv(name, text);
    expect(await resolver.look(reference, signal)).toEqual({ state: 'present' });
  });

  it('are not asked for from a server whose certificate is another one', async () => {
    const other = await startKubernetesApi();
    const kubeconfig = await at.api.writeKubeconfig(at.folder);
    await writeFile(kubeconfig, (await readFile(kubeconfig, 'utf8')).replaceAll(at.api.url, other.url));
    const answer = await overKubeconfig(kubeconfig).look(await planted(), signal);
    expect(answer).toMatchObject({ state: 'unreachable', said: expect.stringMatching(/CERT|SIGNATURE|SIGNED/) });
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it.each([
    ['no file', null],
    ['no YAML', 'users: [{name: x, user: {token: open-sesame}}]\n\t bad: ['],
    ['no cluster', '{"current-context": "x"}'],
    [
      'a server without TLS',
      '{"clusters":[{"name":"c","cluster":{"server":"http://c"}}],"users":[{"name":"u","user":{}}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"current-context":"x"}',
    ],
  ])('are not asked for where the kubeconfig is %s, and nothing of it is told', async (_, text) => {
    const kubeconfig = join(at.folder, 'broken.yaml');
    await rm(kubeconfig, { force: true });
    if (text !== null) await writeFile(kubeconfig, text);
    const answer = await overKubeconfig(kubeconfig).look(await planted(), signal);
    expect(answer).toEqual({ state: 'unsupported', said: expect.stringContaining(kubeconfig) });
    expect(JSON.stringify(answer)).not.toContain(value);
  });
});
