import { execFile } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/index.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { mayMount, smallDisk } from '../../support/agent/small-disk.js';
import { binary, runLastgood } from '../../support/processes.js';
import { MIB } from './pool.js';
import { startSite, type Site } from './site.js';

const run = promisify(execFile);
const SIZE = 30 * MIB;
const DISKS = (await mayMount()) ? [64] : [];

describe('what lastgood pull shows', () => {
  let site: Site;
  let env: Record<string, string>;

  beforeAll(async () => {
    site = await startSite();
    const pool = site.pool('fraud');
    await pool.serve([await pool.plant('model.bin', SIZE)]);
    env = { ...site.objects.env(), LASTGOOD_URL: site.registry().url };
  });
  afterAll(() => site.close());

  /** Runs it at a terminal of its own, made by script(1) of util-linux; answers all that was to be seen there. */
  async function atTerminal(folder: string, ...more: string[]): Promise<string> {
    const words = [process.execPath, binary, 'pull', 'fraud@production', folder, ...more];
    const command = words.map((word) => `'${word}'`).join(' ');
    const options = { env: { PATH: process.env.PATH, HOME: await emptyFolder(), TERM: 'xterm', ...env } };
    const running = run('script', ['--quiet', '--return', '--command', command, '/dev/null'], options);
    running.child.stdin?.end();
    return (await running).stdout;
  }

  it('is a bar at a terminal, which comes to its end, and one line', async () => {
    const folder = join(await emptyFolder(), 'model');
    const seen = stripVTControlCharacters(await atTerminal(folder));
    expect(seen).toMatch(/fraud v1.*█.* 100 ?%/);
    expect(seen).toContain(`fraud v1 is there (31.5 MB of 31.5 MB fetched): ${folder}`);
    expect(seen).not.toContain('{"event"');
    expect((await stat(join(folder, 'model.bin'))).size).toBe(SIZE);
  });

  it('is one JSON document a line elsewhere, or where that is asked for', async () => {
    const top = await emptyFolder();
    const away = await runLastgood(['pull', 'fraud', join(top, 'away')], { env });
    const asked = stripVTControlCharacters(await atTerminal(join(top, 'asked'), '--json'));
    for (const text of [away.stdout, asked]) {
      const documents = text
        .split(/\r?\n/)
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(documents[0]).toMatchObject({ event: 'resolved', model: 'fraud', version: 1, bytesTotal: SIZE });
      expect(documents.at(-1)).toMatchObject({ event: 'done', from: 'store', bytesFetched: SIZE });
      const progress = documents.slice(1, -1);
      expect(progress.length).toBeGreaterThan(2);
      const done = progress.map(({ bytesDone }) => Number(bytesDone));
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(progress.map(({ event, state }) => [event, state])).toContainEqual(['progress', 'verifying']);
    }
    expect(away.stderr).toBe('');
  });

  // Where nobody may mount a file system, no folder can be one either.
  it.each(DISKS)('is a refusal with advice where the folder is a mount point (of %i MiB)', async (size) => {
    const mount = await smallDisk(size);
    const refused = await runLastgood(['pull', 'fraud', mount], { env });
    expect(refused.code).toBe(EXIT.refused);
    expect(refused.stderr).toContain(`${mount} is a mount point, and a folder must appear whole`);
    expect(await readdir(mount)).toEqual([]);
    const advised = /such as (\S+)\./.exec(refused.stderr)?.[1] ?? '';
    expect(advised).toBe(join(mount, 'model'));
    expect((await runLastgood(['pull', 'fraud', advised], { env })).code).toBe(0);
    expect((await readFile(join(advised, 'model.bin'))).byteLength).toBe(SIZE);
    expect(await readdir(mount)).toEqual(['model']);
  });
});
