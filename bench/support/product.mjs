// @ts-check
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const binary = fileURLToPath(new URL('../../dist/bin/lastgood.js', import.meta.url));

/** Throws, with what to do, where the product is not built. */
export function requireBuild() {
  if (!existsSync(binary)) throw new Error('The product is not built. Run `npm ci && npm run build`, then this again.');
}

/**
 * Runs one command of the product to its end.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export async function runProduct(args, env) {
  await promisify(execFile)(process.execPath, [binary, ...args], { env: environment(env) });
}

/**
 * A server of the product as a process of its own.
 * @typedef {object} Server
 * @property {URL} url
 * @property {number} pid
 * @property {number} readyMs milliseconds from its start to its `listening on` line
 * @property {import('node:child_process').ChildProcess} process
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server of the product on a free port and waits until it says that it listens.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {{ nodeOptions?: string[], ipc?: boolean }} [how] `ipc`: with a channel for messages
 * @returns {Promise<Server>}
 */
export async function startProduct(args, env, { nodeOptions = [], ipc = false } = {}) {
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, binary, ...args, '--port', '0'], {
    env: environment(env),
    stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => void child.once('exit', resolve));
  const { address, readyMs } = await listening(child, begun);
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  return { url: new URL(address), pid: /** @type {number} */ (child.pid), readyMs, process: child, stop };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} begun
 * @returns {Promise<{ address: string, readyMs: number }>}
 */
function listening(child, begun) {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the server was started without pipes');
  /** @type {string[]} */
  const said = [];
  const keep = (/** @type {string} */ line) => {
    said.push(line);
    if (said.length > 20) said.shift();
  };
  return new Promise((resolve, reject) => {
    createInterface({ input: stderr }).on('line', keep);
    createInterface({ input: stdout }).on('line', (line) => {
      keep(line);
      const address = /^listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve({ address, readyMs: performance.now() - begun });
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the server ended (${code}) before it listened:\n${said.join('\n')}`)),
    );
  });
}

// Nothing of the caller's own settings may change what is measured.
/** @param {NodeJS.ProcessEnv} env */
function environment(env) {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, LASTGOOD_LOG_LEVEL: 'warn', NODE_ENV: 'production', ...env };
}
