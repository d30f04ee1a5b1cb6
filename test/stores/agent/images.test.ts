import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ClientRuntime, chosenRuntime, RUNTIME_NAMES } from '../../../src/agent/image/index.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { pushContainerImage } from '../../support/agent/container-image.js';
import { startContainerd, type Containerd } from '../../support/agent/containerd.js';
import { ScriptedRegistry } from '../../support/agent/scripted-registry.js';
import { startOciFront, type OciFront } from '../../support/oci-front.js';
import { startOciServer, type OciServer } from '../../support/oci-server.js';
import { OciPusher } from '../../support/oci-push.js';
import { freshBytes } from '../sample-bytes.js';
import { assignment, startAgent } from './running-agent.js';

const { signal } = new AbortController();
const patient = { timeout: 60_000, interval: 10 };
const digest = `sha256:${'5'.repeat(64)}`;

describe('an image on a node with containerd', { timeout: 180_000 }, () => {
  let containerd: Containerd;
  let oci: OciServer;
  let front: OciFront;
  let pusher: OciPusher;
  let runtime: ClientRuntime;

  beforeAll(async () => {
    [containerd, oci] = await Promise.all([startContainerd(), startOciServer()]);
    front = await startOciFront(oci);
    pusher = new OciPusher(front.host, 'team/server');
    const { client: command, prefix } = containerd;
    runtime = new ClientRuntime('ctr', { command, prefix, plainHosts: [front.host] });
  });
  afterAll(async () => {
    await front?.close();
    await oci.close();
    await containerd.close();
  });

  const push = async (): Promise<string> =>
    pusher.imageOf(await pushContainerImage(pusher, { 'hello.txt': Buffer.from('hello'), weights: freshBytes(5e6) }));

  it('is pulled by digest and unpacked where Kubernetes looks for it, and is there afterwards', async () => {
    const image = await push();
    expect(await runtime.problem(signal)).toBeNull();
    expect(await runtime.has(image, signal)).toBe(false);
    const said: string[] = [];
    await runtime.pull(image, signal, (line) => said.push(line));
    expect(await runtime.has(image, signal)).toBe(true);
    expect(said.length).toBeGreaterThan(0);
    const listed = await containerd.ctr('--namespace', 'k8s.io', 'images', 'check');
    expect(listed.split('\n').find((line) => line.startsWith(image))).toMatch(/complete \(2\/2\).*true/);
  });

  it('is not there, and that is the reason that is told, where the registry has no such digest', async () => {
    const image = `${front.host}/team/server@${digest}`;
    await expect(runtime.pull(image, signal)).rejects.toThrow('not found');
    expect(await runtime.has(image, signal)).toBe(false);
  });

  it('is brought by the agent beside the weights, told as it comes, and brought again once somebody removed it', async () => {
    const registry = await ScriptedRegistry.start();
    const agent = await startAgent(registry, 'a', { runtime });
    const image = await push();
    const weights = [await agent.plant('m.bin', freshBytes(1000))];
    const missing = `${front.host}/team/server@${digest}`;
    let from = 0;
    const told = () =>
      registry
        .reports('a')
        .slice(from)
        .map(({ items }) => items[0]?.image?.state);
    // Reports show how things are when they are made: the image stays on its way until one has been made.
    front.before = async (path) => {
      if (path.endsWith(image.split('@').at(-1) ?? ''))
        await vi.waitUntil(() => told().includes('downloading'), patient);
    };
    onTestFinished(() => void (front.before = async () => undefined));
    registry.assign('a', [assignment(1, weights, { image }), assignment(2, weights, { image: missing })]);
    const both = { 'fraud/v1': 'resident resident', 'fraud/v2': 'resident failed' };
    const becomesBoth = () => vi.waitFor(() => expect(registry.states('a')).toEqual(both), patient);
    await becomesBoth();
    expect(registry.reports('a').at(-1)?.items[1]?.image?.reason).toContain('not found');
    expect(told()).toContain('downloading');
    from = registry.reports('a').length;
    await containerd.ctr('--namespace', 'k8s.io', 'images', 'remove', '--sync', image);
    await vi.waitUntil(() => told().includes('downloading'), patient);
    await becomesBoth();
  });
});

describe('the client of a runtime', () => {
  /** A program that notes its arguments, one a line, and does what the script says. */
  async function program(folder: string, name: string, script: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${folder}/arguments\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  it.each(RUNTIME_NAMES)(
    '%s is handed the image as one argument, with its registry and by digest alone',
    async (name) => {
      const folder = await emptyFolder();
      const command = await program(folder, name, `echo sha256:found ${digest}`);
      const runtime = new ClientRuntime(name, { command });
      await runtime.pull(`team/server:latest@${digest}`, signal);
      await runtime.pull(`registry.example:5000/team/server@${digest}`, signal);
      const handed = (await readFile(join(folder, 'arguments'), 'utf8')).split('\n');
      expect(handed).toContain(`docker.io/team/server@${digest}`);
      expect(handed).toContain(`registry.example:5000/team/server@${digest}`);
    },
  );

  it('is not started at all for what is no image by digest, such as an option', async () => {
    const folder = await emptyFolder();
    const runtime = new ClientRuntime('ctr', { command: await program(folder, 'ctr', '') });
    for (const image of ['--all', `-x@${digest}`, 'server:latest', `a b@${digest}`, `$(id)@${digest}`]) {
      await expect(runtime.pull(image, signal)).rejects.toThrow(TypeError);
      await expect(runtime.has(image, signal)).rejects.toThrow(TypeError);
    }
    await expect(readFile(join(folder, 'arguments'))).rejects.toThrow('ENOENT');
  });

  it('is ended when it takes too long and when nobody wants it any more, and its flood of words is cut', async () => {
    const folder = await emptyFolder();
    const command = await program(folder, 'docker', 'exec sleep 60');
    const slow = new ClientRuntime('docker', { command, pullTimeoutMs: 100 });
    await expect(slow.pull(`server@${digest}`, signal)).rejects.toThrow('took longer than 0.1 s');
    const stop = new AbortController();
    const pulling = new ClientRuntime('docker', { command }).pull(`server@${digest}`, stop.signal);
    setTimeout(() => stop.abort(new Error('no more')), 50);
    await expect(pulling).rejects.toThrow('no more');
    const loud = await program(folder, 'loud', 'yes | head -c 5000000; echo no such image >&2; exit 3');
    await expect(new ClientRuntime('docker', { command: loud }).pull(`server@${digest}`, signal)).rejects.toThrow(
      /ended with 3: no such image$/,
    );
  });

  it('is looked for until one answers, and what each said is told while none does', async () => {
    const folder = await emptyFolder();
    vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
    try {
      await program(folder, 'crictl', 'echo no CRI here >&2; exit 1');
      const runtime = chosenRuntime('auto', {});
      await expect(runtime?.has(`server@${digest}`, signal)).rejects.toThrow(/no CRI here.*--runtime none/);
      await program(folder, 'nerdctl', 'echo sha256:1');
      expect(await runtime?.has(`server@${digest}`, signal)).toBe(true);
      expect(runtime?.name).toBe('nerdctl');
      expect(chosenRuntime('none', {})).toBeNull();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
