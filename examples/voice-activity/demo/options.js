// @ts-check
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from './places.js';

export const HELP = `scripts/quickstart [options]

Walks one real rollback through Lastgood on this machine: starts the registry, registers three versions of a
voice-activity model, moves production from one to the next, serves it, and rolls back under steady requests.

  --once             stop everything that this run started, and exit
  --stop             stop what an earlier run left running, and do nothing else
  --data DIR         where everything is kept          (.lastgood/quickstart in the checkout)
  --port N           the registry's port               (7420, or a free one)
  --server-port N    the model server's port           (7421, or a free one)
  --help             print this

Exits with 0 when every step worked, no request failed and the right version serves; with 1 otherwise.`;

/**
 * @typedef {object} Options
 * @property {boolean} once
 * @property {boolean} stop
 * @property {boolean} help
 * @property {string} data an absolute path
 * @property {number | null} port
 * @property {number | null} serverPort
 */

/**
 * @param {string[]} args
 * @returns {Options}
 * @throws {Error} naming the flag that cannot be used
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      data: { type: 'string', default: path.join(checkout, '.lastgood', 'quickstart') },
      port: { type: 'string' },
      'server-port': { type: 'string' },
    },
  });
  const { once, stop, help } = values;
  return {
    once,
    stop,
    help,
    data: path.resolve(values.data),
    port: portOf('--port', values.port),
    serverPort: portOf('--server-port', values['server-port']),
  };
}

/** @param {string} flag @param {string | undefined} text */
function portOf(flag, text) {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Error(`${flag} is "${text}"; it must be a port from 1 to 65535`);
}
