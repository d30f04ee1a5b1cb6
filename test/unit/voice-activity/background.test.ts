import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Background } from '../../../examples/voice-activity/demo/background.js';

const mark = 'background-test-mark';
const listens = `console.log('listening on http://127.0.0.1:7'); setInterval(() => {}, 1000); // ${mark}`;
const program = (code: string) => ({ args: ['-e', code], mark, env: process.env });

describe('a process in the background', () => {
  let folder: string;
  const another = () => new Background(folder, 'thing');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'background-'));
  });
  afterEach(async () => {
    await another().stop();
    await rm(folder, { recursive: true });
  });

  it('is found by a later run, and stopped by it', async () => {
    const started = await another().start(program(listens));
    expect(started.url).toBe('http://127.0.0.1:7');
    expect(another().running()).toEqual(started);
    expect(await another().stop()).toBe(true);
    expect(another().running()).toBeNull();
    expect(await another().stop()).toBe(false);
  });

  it('is not found once it was killed', async () => {
    const { pid } = await another().start(program(listens));
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => another().running(), { timeout: 60_000 }).toBeNull();
  });

  it('is never taken for another process that has its number now', async () => {
    await another().start({ ...program(listens), mark: 'a text that the command line lacks' });
    expect(another().running()).toBeNull();
    // Stop it by its real mark, as nothing else would.
    const { pid }: { pid: number } = JSON.parse(await readFile(join(folder, 'thing.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
  });

  it('fails to start with the end of its log when it ends instead of listening', async () => {
    const broken = program("console.error('the port is taken'); process.exit(1)");
    await expect(another().start(broken)).rejects.toThrow(/thing did not start[^]*the port is taken/);
    expect(another().running()).toBeNull();
  });
});
