// @ts-check
import { execFile } from 'node:child_process';
import { now } from '../load.js';

/** The command failed; the message is the command and what it said. */
export class CommandFailed extends Error {}

/** Runs the `lastgood` command as an operator would, in a process of its own. */
export class Lastgood {
  /**
   * @param {object} where
   * @param {string} where.binary the JavaScript file of the command
   * @param {NodeJS.ProcessEnv} where.env with LASTGOOD_URL, and LASTGOOD_TOKEN where one is needed
   */
  constructor({ binary, env }) {
    this.binary = binary;
    this.env = env;
  }

  /**
   * Runs one command with --json.
   * @param {string[]} args
   * @returns {Promise<{startedAt: number, ms: number, answer: any}>} when its process started (milliseconds since
   *   1970), how long it took, and the JSON it printed
   * @throws {CommandFailed}
   */
  async run(args) {
    const startedAt = now();
    /** @type {string} */
    const printed = await new Promise((resolve, reject) => {
      const options = { env: this.env, maxBuffer: 16 * 1024 * 1024 };
      execFile(process.execPath, [this.binary, ...args, '--json'], options, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = [stderr, stdout]
          .map((text) => text.trim())
          .filter(Boolean)
          .join('\n');
        reject(new CommandFailed(`lastgood ${args.join(' ')}\nfailed with exit code ${error.code}:\n${said}`));
      });
    });
    return { startedAt, ms: now() - startedAt, answer: JSON.parse(printed) };
  }
}
