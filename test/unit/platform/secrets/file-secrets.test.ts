import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileSecrets } from '../../../../src/platform/secrets/file-secrets.js';
import { Folders } from '../../../../src/stores/folders.js';
import { swappedFolder } from '../../../support/swapped-folder.js';
import { asNobody } from '../../../stores/file-store-under-test.js';
import { HeldFolders, SILENT_MS } from '../../../stores/held-folders.js';
import { secretsContract } from './contract.js';
import { resolverOf, type SecretsUnderTest } from './secrets-under-test.js';

type FilesUnderTest = SecretsUnderTest & { place: string; root: string };

async function filesUnderTest(): Promise<FilesUnderTest> {
  const place = await mkdtemp(join(tmpdir(), 'lastgood-secrets-'));
  await chmod(place, 0o755);
  const root = join(place, 'secrets');
  await mkdir(root);
  let planted = 0;
  return {
    place,
    root,
    resolver: resolverOf('file', new FileSecrets([join(place, 'other'), root], new Folders())),
    plant: async (value) => {
      const path = join(root, `a secret #${planted++}`);
      await writeFile(path, value);
      return pathToFileURL(path).href;
    },
    nowhere: pathToFileURL(join(root, 'no', 'such')).href,
    malformed: ['file://secrets/x', 'file:///a/../b', 'file:///a//b', 'file:///a#b', 'file:///%2e%2e/b', 'file:///a%'],
    whileForbidden: async (reference, look) => {
      const path = new URL(reference);
      await chmod(path, 0o000);
      const answer = await asNobody(look);
      await chmod(path, 0o600);
      return answer;
    },
    whileUnreachable: async (look) => {
      await rename(root, `${root}.unmounted`);
      const answer = await look();
      await rename(`${root}.unmounted`, root);
      return answer;
    },
    close: () => rm(place, { recursive: true, force: true }),
  };
}

describe('secrets in files', () => {
  secretsContract(filesUnderTest, 'forbidden', 'unreachable');

  let at: FilesUnderTest;
  beforeAll(async () => (at = await filesUnderTest()));
  afterAll(() => at.close());
  const look = (path: string) => at.resolver.look(pathToFileURL(path).href, new AbortController().signal);

  it('are not looked at outside the allowed folders, whether there is something or not', async () => {
    await writeFile(join(at.place, 'outside'), 'x');
    await mkdir(join(at.place, 'secrets-too'));
    await writeFile(join(at.place, 'secrets-too', 'key'), 'x');
    for (const path of ['outside', 'nothing', 'secrets-too/key', 'secrets']) {
      const said = expect.stringContaining(`(LASTGOOD_SECRET_FILE_ROOTS): ${join(at.place, 'other')}, ${at.root}`);
      expect(await look(join(at.place, path))).toEqual({ state: 'unsupported', said });
    }
    expect(await look('/etc/hostname')).toMatchObject({ state: 'unsupported' });
  });

  it('are not reached by links that lead out, to a file, a folder or nothing', async () => {
    await symlink('/etc/hostname', join(at.root, 'link-to-file'));
    await symlink('/etc', join(at.root, 'link-to-folder'));
    await symlink('/etc/no-such-file', join(at.root, 'link-to-nothing'));
    for (const path of ['link-to-file', 'link-to-folder/hostname', 'link-to-folder/no-such-file']) {
      expect(await look(join(at.root, path))).toMatchObject({ state: 'unsupported' });
    }
    expect(await look(join(at.root, 'link-to-nothing'))).toMatchObject({ state: 'missing' });
  });

  it('are not reached through a folder that becomes a link while it is looked at', async ({ signal }) => {
    const place = join(at.root, 'swapped');
    await mkdir(join(at.place, 'private'));
    await writeFile(join(at.place, 'private', 'key'), 'x');
    const swapping = await swappedFolder(place, join(at.place, 'private'));
    const seen = new Set<string>();
    for (let round = 0; !signal.aborted && (round < 3_000 || !seen.has('missing')); round++)
      seen.add((await look(join(place, 'key'))).state);
    await swapping.stop();
    expect([...seen]).toContain('missing');
    expect([...seen]).not.toContain('present');
  });

  it('are nothing of the machine’s own state, even where everything may be looked at', async () => {
    const everywhere = resolverOf('file', new FileSecrets(['/'], new Folders()));
    for (const path of ['/proc/self/environ', '/proc/self/cwd/package.json', '/sys/kernel/profiling']) {
      const seen = await everywhere.look(pathToFileURL(path).href, new AbortController().signal);
      expect(seen).toMatchObject({ state: 'unsupported' });
    }
  });

  it('are seen through links that stay inside, as Kubernetes mounts them', async () => {
    await mkdir(join(at.root, '..2031_05_01'));
    await writeFile(join(at.root, '..2031_05_01', 'token'), 'x');
    await symlink('..2031_05_01', join(at.root, '..data'));
    await symlink('..data/token', join(at.root, 'token'));
    expect(await look(join(at.root, 'token'))).toEqual({ state: 'present' });
  });

  it('are missing where the file is empty', async () => {
    await writeFile(join(at.root, 'empty'), '');
    const answer = { state: 'missing', missing: 'secret', said: 'the file is empty' };
    expect(await look(join(at.root, 'empty'))).toEqual(answer);
    expect(await look(join(at.root, 'empty', 'below'))).toMatchObject({ state: 'missing' });
  });

  it('are unreachable, not missing, where the folder is empty: nothing is mounted there', async () => {
    const empty = join(at.place, 'empty');
    await mkdir(empty);
    const resolver = resolverOf('file', new FileSecrets([at.root, empty], new Folders()));
    const lookThere = () => resolver.look(pathToFileURL(join(empty, 'token')).href, new AbortController().signal);
    expect(await lookThere()).toEqual({
      state: 'unreachable',
      said: `the folder ${empty} is empty: is its disk mounted?`,
    });
    await writeFile(join(empty, 'other'), 'x');
    expect(await lookThere()).toMatchObject({ state: 'missing' });
  });

  it('are unreachable in a folder that does not answer, which says nothing about another', async () => {
    const [away, well] = [join(at.place, 'away'), join(at.place, 'well')];
    for (const root of [away, well]) {
      await mkdir(root);
      await writeFile(join(root, 'token'), 'x');
    }
    const folders = new HeldFolders([away]);
    const resolver = resolverOf('file', new FileSecrets([away, well], folders));
    const seen = (root: string) => resolver.look(pathToFileURL(join(root, 'token')).href, new AbortController().signal);
    folders.hold(away);
    const said = `the folder ${away} did not answer within ${SILENT_MS / 1000} s: is its server away?`;
    expect(await seen(away)).toEqual({ state: 'unreachable', said });
    expect(await seen(well)).toEqual({ state: 'present' });
    expect(await resolver.look('file:///etc/hostname', new AbortController().signal)).toMatchObject({
      state: 'unsupported',
    });
    folders.letGo();
    await vi.waitUntil(async () => (await seen(away)).state === 'present', { timeout: 60_000, interval: 5 });
  });

  it('are no folders, pipes or sockets, and a pipe that nobody writes to holds nothing up', async () => {
    execFileSync('mkfifo', [join(at.root, 'pipe')]);
    await mkdir(join(at.root, 'folder'));
    const server = createServer();
    await once(server.listen(join(at.root, 'socket')), 'listening');
    for (const name of ['pipe', 'folder', 'socket']) {
      expect(await look(join(at.root, name))).toEqual({
        state: 'unsupported',
        said: expect.stringContaining('is no file'),
      });
    }
    server.close();
  });
});
