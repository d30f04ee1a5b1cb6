import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig, settingList } from '../../../src/platform/config/index.js';
import { checkout } from '../../support/run-folder.js';

const folder = join(checkout, 'deploy');
const known = new Set(settingList.map(({ env }) => env));

interface Manifest {
  kind: string;
  data?: Record<string, string>;
  spec?: { template: { spec: PodSpec } };
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  args: string[];
  env: { name: string }[];
  ports: { name: string; containerPort: number }[];
  readinessProbe: Probe;
  livenessProbe: Probe;
  volumeMounts: { name: string; mountPath: string }[];
}
interface PodSpec {
  terminationGracePeriodSeconds: number;
  containers: Container[];
  volumes: { name: string }[];
}

describe('the examples of how to run agents and workers', () => {
  it('are YAML that says everything once, and no other kinds of files', async () => {
    for (const name of await readdir(folder)) {
      expect(name).toMatch(/\.(yaml|service)$/);
      if (!name.endsWith('.yaml')) continue;
      for (const document of parseAllDocuments(await readFile(join(folder, name), 'utf8'))) {
        expect(document.errors).toEqual([]);
        expect(document.warnings).toEqual([]);
      }
    }
  });

  it('give the agent in a cluster settings that it knows and takes, and volumes for all that it mounts', async () => {
    const text = await readFile(join(folder, 'agent-daemonset.yaml'), 'utf8');
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    expect(manifests.map(({ kind }) => kind)).toEqual(['Namespace', 'ConfigMap', 'DaemonSet']);
    const env = manifests[1]?.data ?? {};
    expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([]);
    expect(loadConfig({ env }).warnings).toEqual([]);
    const pod = manifests[2]?.spec?.template.spec;
    const [container] = pod?.containers ?? [];
    expect(container?.args).toEqual(['agent']);
    expect(container?.env.map(({ name }) => name).filter((name) => name.startsWith('LASTGOOD_'))).toEqual([
      'LASTGOOD_NODE',
    ]);
    const mounted = container?.volumeMounts.map(({ name }) => name).toSorted();
    expect(mounted).toEqual(pod?.volumes.map(({ name }) => name).toSorted());
    expect(env.LASTGOOD_CACHE).toMatch(/^\/var\/lib\/lastgood\//);
  });

  it('give the worker in a cluster settings that it knows and takes, and probes where it listens', async () => {
    const text = await readFile(join(folder, 'worker-deployment.yaml'), 'utf8');
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    expect(manifests.map(({ kind }) => kind)).toEqual(['Namespace', 'ConfigMap', 'Deployment']);
    const env = manifests[1]?.data ?? {};
    expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([]);
    const config = loadConfig({ env });
    expect(config.warnings).toEqual([]);
    const pod = manifests[2]?.spec?.template.spec;
    const [container] = pod?.containers ?? [];
    expect(container?.args).toEqual(['worker']);
    expect(config.workerListen).toBe(`0.0.0.0:${container?.ports[0]?.containerPort}`);
    expect(container?.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'health' });
    expect(container?.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'health' });
    // A few seconds beyond the grace period, jobs that do not end are handed back.
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(config.shutdownGraceSeconds + 5);
    const mounted = container?.volumeMounts.map(({ name }) => name).toSorted();
    expect(mounted).toEqual(pod?.volumes.map(({ name }) => name).toSorted());
  });

  it('give systemd a unit whose every line is a section, a setting or a remark', async () => {
    const text = await readFile(join(folder, 'lastgood-agent.service'), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    for (const line of lines) expect(line).toMatch(/^(\[(Unit|Service|Install)\]|#.*|[A-Z][A-Za-z]+=.+)$/);
    const set = lines.flatMap((line) => /^Environment=(\w+)=/.exec(line)?.[1] ?? []);
    expect(set.filter((name) => !known.has(name))).toEqual([]);
    expect(text).toContain('ExecStart=/usr/bin/lastgood agent\n');
  });
});
