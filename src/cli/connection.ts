import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { LastgoodClient } from '../client/index.js';
import { usage } from './command-failure.js';
import type { Shell } from './shell.js';

export const DEFAULT_URL = 'http://127.0.0.1:7420';

/** The flags that every command over the API takes. */
export interface ConnectionFlags {
  url?: string;
  token?: string;
  actor?: string;
  json?: boolean;
  /** A folder with the registry's last answers; only commands that can do with an old one have it. */
  lastGood?: string;
}

/** Adds those flags to a command. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', `the registry (LASTGOOD_URL; default ${DEFAULT_URL})`)
    .option('--token <token>', 'bearer token (LASTGOOD_TOKEN, which other users of this machine cannot see)')
    .option('--actor <name>', 'who is acting, for the record (LASTGOOD_ACTOR; default user@host)')
    .option('--json', 'print one JSON document, for programs');
}

/** The registry that flags and environment name, and who speaks to it. A flag wins over the environment. */
export function connect(flags: ConnectionFlags, env: Shell['env']): { client: LastgoodClient; actor: string } {
  const url = flags.url ?? (env.LASTGOOD_URL || DEFAULT_URL);
  const token = flags.token ?? env.LASTGOOD_TOKEN;
  const actor = flags.actor ?? (env.LASTGOOD_ACTOR || userAtHost(env));
  const kept = flags.lastGood === undefined ? {} : { lastGoodDir: flags.lastGood };
  try {
    return { client: new LastgoodClient({ url, token, actor, ...kept }), actor };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const from = flags.url === undefined ? 'LASTGOOD_URL' : '--url';
    throw usage(`${from} ${error.message.replace(/^url /, '')}.`);
  }
}

function userAtHost(env: Shell['env']): string {
  return `${userName(env)}@${hostname()}`;
}

// A container may run under a user id that has no name.
function userName(env: Shell['env']): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
