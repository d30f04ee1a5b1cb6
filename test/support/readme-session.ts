import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from './run-folder.js';
import { freePorts } from './s3-ports.js';

// Where a machine has no curl: as much of it as the examples use.
const CURL = `#!/usr/bin/env node
const { parseArgs } = require('node:util');
const options = { s: { type: 'boolean', short: 's' }, S: { type: 'boolean', short: 'S' }, method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true }, body: { type: 'string', short: 'd' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const headers = (values.header ?? []).map((header) => header.split(': '));
fetch(positionals[0], { method: values.method, headers, body: values.body })
  .then((answer) => answer.text()).then((text) => process.stdout.write(text));
`;

/** One reader's terminal: a scratch folder, and what was exported so far. Port 7420 stands for a free one. */
export class ReadmeSession {
  private readonly state: string[] = [];
  private server: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly replaced: readonly (readonly [string, string])[],
  ) {}

  /** `replaced` are addresses that README.md makes up, each with the real one of this run. */
  static async open(folder: string, replaced: readonly (readonly [string, string])[]): Promise<ReadmeSession> {
    const [port = 0] = await freePorts(1);
    await symlink(join(checkout, 'dist'), join(folder, 'dist'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(checkout, join(folder, 'node_modules', 'lastgood'));
    await mkdir(join(folder, 'bin'));
    if (!(await onPath('curl'))) {
      await writeFile(join(folder, 'bin', 'curl'), CURL);
      await chmod(join(folder, 'bin', 'curl'), 0o755);
    }
    return new ReadmeSession(folder, `http://127.0.0.1:${port}`, [['7420', String(port)], ...replaced]);
  }

  /** Keeps an `export` or `alias` for every later command. */
  remember(command: string): void {
    this.state.push(command);
  }

  /** Runs a command to its end. */
  async run(command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = await this.start(command);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    await once(child, 'close');
    return { code: child.exitCode, stdout, stderr };
  }

  /** Starts a command that serves, in place of the one before, and waits until it says that it does. */
  async serve(command: string): Promise<string> {
    await this.stop();
    const child = await this.start(command);
    this.server = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
    for (const until = Date.now() + 120_000; !/^(?:listening on|working on)/m.test(said); await sleep(20)) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`${command} does not serve:\n${said}`);
    }
    return said;
  }

  /** Ends what serves, if anything does. Throws where it does not end well. */
  async stop(): Promise<void> {
    const child = this.server;
    this.server = undefined;
    if (child?.pid === undefined) return;
    const closed = once(child, 'close');
    process.kill(-child.pid, 'SIGTERM');
    await closed;
    if (child.exitCode !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
  }

  private async start(command: string): Promise<ChildProcess> {
    const real = (text: string): string =>
      this.replaced.reduce((line, [from, to]) => line.replaceAll(from, () => to), text);
    const script = join(this.folder, 'step.sh');
    // On SIGTERM bash waits for the program, and ends with its exit code.
    const lines = ['shopt -s expand_aliases', 'trap : TERM', ...this.state, command];
    await writeFile(script, lines.map(real).join('\n'));
    const { PATH = '', HOME = '' } = process.env;
    const env = {
      PATH: [join(this.folder, 'bin'), PATH].join(delimiter),
      HOME,
      LASTGOOD_ACTOR: 'alice@laptop',
      LASTGOOD_URL: this.url,
      LASTGOOD_PORT: new URL(this.url).port,
    };
    // A group of its own, since bash stands between us and the program.
    return spawn('bash', [script], { cwd: this.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

async function onPath(program: string): Promise<boolean> {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  const found = await Promise.allSettled(places.map((place) => access(place)));
  return found.some(({ status }) => status === 'fulfilled');
}
