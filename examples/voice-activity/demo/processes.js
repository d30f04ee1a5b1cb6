// @ts-check
// The two processes of the demo: the registry with its data folder, and the model server that follows it.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Background } from './background.js';
import { freePort } from './free-port.js';
import { binary, modelServer } from './places.js';

/** @typedef {import('./background.js').Running} Running */
/** @typedef {(stop: () => Promise<unknown>) => void} OnStarting told how to stop a process, before it is started */

/** Settings of the shell that would send the demo to another registry or database than its own. */
const FOREIGN = /^(LASTGOOD_|S3_|DATABASE_URL$|REDIS_URL$)/;

export class Processes {
  /** @param {string} data the one folder in which everything is kept */
  constructor(data) {
    this.data = data;
    this.folder = path.join(data, 'quickstart');
    mkdirSync(this.folder, { recursive: true });
    this.registry = new Background(this.folder, 'registry');
    this.server = new Background(this.folder, 'model-server');
  }

  /**
   * The registry of the data folder: the one that runs, else a new one.
   * @param {number | null} port where it must listen; null for the usual one, or a free one
   * @param {OnStarting} onStarting
   * @returns {Promise<Running & {found: boolean}>}
   */
  async startRegistry(port, onStarting) {
    const before = this.registry.running();
    if (before && (await answers(before.url))) return { ...before, found: true };
    if (before) await this.registry.stop();
    const args = [binary, 'up', '--port', String(port ?? (await freePort([7420]))), '--data', this.data];
    onStarting(() => this.registry.stop());
    const running = await this.registry.start({ args, mark: this.data, env: ownEnvironment() });
    return { ...running, found: false };
  }

  /**
   * A new model server; one that an earlier run left makes room for it.
   * @param {number | null} port
   * @param {NodeJS.ProcessEnv} env
   * @param {OnStarting} onStarting
   * @returns {Promise<Running>}
   */
  async startServer(port, env, onStarting) {
    await this.server.stop();
    const data = path.join(this.folder, 'model-server');
    const free = port ?? (await freePort([7421]));
    const args = [modelServer, '--port', String(free), '--data', data, '--controller', 'quickstart-model-server'];
    onStarting(() => this.server.stop());
    return this.server.start({ args, mark: data, env });
  }

  /**
   * The environment for everything that talks to this registry.
   * @param {string} url
   */
  clientEnvironment(url) {
    const token = path.join(this.data, 'admin.token');
    const secret = existsSync(token) ? { LASTGOOD_TOKEN: readFileSync(token, 'utf8').trim() } : {};
    return { ...ownEnvironment(), LASTGOOD_URL: url, ...secret };
  }
}

/** @returns {NodeJS.ProcessEnv} */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
}

/** Whether a registry answers there within a few seconds. @param {string} url */
async function answers(url) {
  if (url === '') return false;
  for (let tries = 0; tries < 20; tries++) {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    if (response?.ok) return true;
    await sleep(100);
  }
  return false;
}
