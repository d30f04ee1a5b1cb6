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
interface PodSpec {
  containers: { args: string[]; env: { name: string }[]; volumeMounts: { name: string; mountPath: string }[] }[];
  volumes: { name: string }[];
}

describe('the examples of how to run the agent', () => {
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

  it('give systemd a unit whose every line is a section, a setting or a remark', async () => {
    const text = await readFile(join(folder, 'lastgood-agent.service'), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    for (const line of lines) expect(line).toMatch(/^(\[(Unit|Service|Install)\]|#.*|[A-Z][A-Za-z]+=.+)$/);
    const set = lines.flatMap((line) => /^Environment=(\w+)=/.exec(line)?.[1] ?? []);
    expect(set.filter((name) => !known.has(name))).toEqual([]);
    expect(text).toContain('ExecStart=/usr/bin/lastgood agent\n');
  });
});
