// @ts-check
// Processes that outlive the demo: each has a log file and a record of its process id in one folder.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from './command-line.js';

/**
 * @typedef {object} Running
 * @property {number} pid
 * @property {string} url where it listens; empty while it starts
 * @property {string} mark a text in its command line by which it is recognised: process ids are used again
 */

const START_MS = 120_000;
const STOP_MS = 20_000;

export class Background {
  /** @param {string} folder @param {string} name */
  constructor(folder, name) {
    this.name = name;
    this.log = path.join(folder, `${name}.log`);
    this.record = path.join(folder, `${name}.json`);
  }

  /**
   * The process that an earlier run left, if it still runs.
   * @returns {Running | null}
   */
  running() {
    if (!existsSync(this.record)) return null;
    /** @type {Running} */
    const running = JSON.parse(readFileSync(this.record, 'utf8'));
    return commandLine(running.pid).includes(running.mark) ? running : null;
  }

  /**
   * Starts the process and waits for its line `listening on http://…`.
   * @param {object} program
   * @param {string[]} program.args for node
   * @param {string} program.mark
   * @param {NodeJS.ProcessEnv} program.env
   * @returns {Promise<Running>}
   * @throws {Error} with the end of its log, when it ends instead or takes too long
   */
  async start({ args, mark, env }) {
    mkdirSync(path.dirname(this.log), { recursive: true });
    const log = openSync(this.log, 'w');
    const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], env });
    closeSync(log);
    if (child.pid === undefined) throw new Error(`${this.name} cannot be started: node was not found`);
    child.unref();
    // Recorded before it is ready, so that it can be found and stopped if this run ends here.
    const running = { pid: child.pid, url: '', mark };
    this.#write(running);
    const until = Date.now() + START_MS;
    while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
      running.url = /^(?:\S+ )?listening on (http:\/\/[^\s,]+)/m.exec(this.#said())?.[1] ?? '';
      if (running.url !== '') {
        this.#write(running);
        return running;
      }
      await sleep(20);
    }
    await this.stop();
    throw new Error(`${this.name} did not start. The end of ${this.log}:\n${this.#said().slice(-3000)}`);
  }

  /** Ends the process, kindly first. Returns whether there was one. */
  async stop() {
    const running = this.running();
    if (running) {
      signal(running.pid, 'SIGTERM');
      const until = Date.now() + STOP_MS;
      while (this.running() && Date.now() < until) await sleep(20);
      if (this.running()) signal(running.pid, 'SIGKILL');
    }
    rmSync(this.record, { force: true });
    return running !== null;
  }

  #said() {
    return readFileSync(this.log, 'utf8');
  }

  /** @param {Running} running */
  #write(running) {
    writeFileSync(`${this.record}.part`, JSON.stringify(running));
    renameSync(`${this.record}.part`, this.record);
  }
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself in this moment.
  }
}
