import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../examples/voice-activity/demo/free-port.js';
import { exampleFolder, wavBytes } from './example.js';

type OnLine = (line: string, demo: ChildProcess) => void;

/** Runs the demo to its end, which must be `exit`, and gives what it said. `onLine` is told each line as it comes. */
async function demo(args: string[], exit: number, onLine: OnLine = () => {}): Promise<string> {
  const child = spawn(process.execPath, [`${exampleFolder}demo.js`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const line of text.split('\n')) onLine(line, child);
    });
  }
  const [code]: (number | null)[] = await once(child, 'close');
  if (code !== exit) throw new Error(`the demo ended with ${code} and not with ${exit}:\n${said}`);
  return said;
}

/** The first number behind a text of the figures block. */
function figure(said: string, name: string): number {
  const found = new RegExp(`${name}\\s+([\\d,]+)`).exec(said)?.[1];
  if (found === undefined) throw new Error(`no "${name}" in:\n${said}`);
  return Number(found.replaceAll(',', ''));
}

/** The process that the demo recorded under a name. */
async function recordedPid(data: string, name: string): Promise<number> {
  const record: { pid: number } = JSON.parse(await readFile(join(data, 'quickstart', `${name}.json`), 'utf8'));
  return record.pid;
}

describe('the quickstart', () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'quickstart-'));
    await chmod(data, 0o755); // the embedded PostgreSQL runs as another user when we are root
  });
  afterAll(async () => {
    await demo(['--stop', '--data', data], 0);
    await rm(data, { recursive: true, force: true });
  });

  it('walks through a rollback under load on a fresh folder, fails no request, and leaves both processes running', async () => {
    const said = await demo(['--data', data], 0);
    expect(said).toMatch(/register +v1: silero_vad_legacy\.onnx/);
    expect(said).toMatch(/register +v3: silero_vad_v6\.onnx/);
    expect(said).toContain('Rolled back v3 → v2 under 40 requests a second');
    expect(figure(said, 'requests answered')).toBeGreaterThan(100);
    expect(figure(said, 'requests failed')).toBe(0);
    expect(said).toMatch(/heard the speech +v3: 0 of \d+ +v2: (\d+) of \1/);
    expect(figure(said, 'first answer of v2')).toBeGreaterThan(0);
    expect(said).toContain('lastgood history voice-activity');
    const server = /Model server +(http:\S+),/.exec(said)?.[1];
    const healthy = await fetch(`${server}/healthz`);
    expect(healthy.status).toBe(200);
  });

  it('goes on with what was acknowledged when the registry is killed in the middle of the next run', async () => {
    let killed = 0;
    const cut = await demo(['--data', data], 1, (line) => {
      // Right after the move to v2 was acknowledged.
      if (!/promote +production → v2/.test(line) || killed) return;
      killed = 1;
      void recordedPid(data, 'registry').then((pid) => process.kill(pid, 'SIGKILL'));
    });
    expect(cut).toContain('runs already');
    expect(cut).toContain('already v1');
    expect(cut).toContain('v3 was rolled back by an earlier run, and stays rejected until an operator clears it');

    const said = await demo(['--once', '--data', data], 0);
    expect(said).toMatch(/still has revision \d+, production → v2/);
    expect(said).toContain('already v3');
    expect(figure(said, 'requests failed')).toBe(0);
  });

  it('with --once leaves nothing running', async () => {
    expect(await demo(['--stop', '--data', data], 0)).toContain('Nothing was running.');
  });

  it('interrupted while it starts the registry, stops that too, and calls it no failure', async () => {
    const said = await demo(['--data', data], 130, (line, running) => {
      if (!line.includes('Everything is kept')) return;
      void (async () => {
        while (!(await recordedPid(data, 'registry').catch(() => null))) await sleep(20);
        running.kill('SIGINT');
      })();
    });
    expect(said).toContain('Interrupted');
    expect(said).not.toContain('failed');
    expect(await demo(['--stop', '--data', data], 0)).toContain('Nothing was running.');
  });

  it('leaves a model server that starts without the registry, from what that said last', async () => {
    const kept = join(data, 'quickstart', 'model-server');
    const server = spawn(process.execPath, [`${exampleFolder}model-server.js`, '--port', '0', '--data', kept], {
      env: { ...process.env, LASTGOOD_URL: `http://127.0.0.1:${await freePort([])}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    let log = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
    await expect.poll(() => log, { timeout: 60_000 }).toContain('serving v2');
    const url = /listening on (http:[^,]+)/.exec(log)?.[1];
    const answer = await fetch(`${url}/predict`, { method: 'POST', body: wavBytes('two-sentences') });
    expect(JSON.parse(await answer.text())).toMatchObject({ version: 2, speech: [{ start: 0.8 }, { start: 3.776 }] });
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  it('says which flag cannot be used, and what would be right', async () => {
    expect(await demo(['--port', 'seven'], 2)).toContain('--port is "seven"; it must be a port from 1 to 65535');
  });
});
