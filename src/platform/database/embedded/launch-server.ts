import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataFolder } from './data-folder.js';
import { ignoring } from '../../files/system-code.js';
import { EmbeddedPostgresError } from './errors.js';
import { freePort } from './free-port.js';
import { endLeftoverServer } from './leftover-server.js';
import type { EmbeddedPostgresOptions } from './options.js';
import type { RunAs } from './run-as.js';
import { openServerLog } from './server-log.js';
import type { ServerProcess } from './server-process.js';
import { startServer } from './server-process.js';

/** The port of the last start, where it is still free: a URL that someone noted down keeps working. */
async function choosePort(folder: DataFolder): Promise<number> {
  const last = Number(await readFile(folder.port, 'utf8').catch(ignoring('ENOENT')));
  const known = last > 0 && last < 65_536 ? await freePort(last) : undefined;
  const port = known ?? (await freePort(0));
  if (port === undefined) throw new EmbeddedPostgresError('There is no free port on 127.0.0.1.');
  return port;
}

/**
 * A server that a killed process had only just started shows itself too late to be ended before ours starts, and
 * the processes of a server that was killed itself take a moment to notice. Both pass when we look again.
 */
const leftoverAppeared = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/;
/** Somebody took the port between our looking and our starting. */
const portTaken = /Address already in use/;

/**
 * Starts the server on an existing cluster, after ending one that was left behind.
 *
 * @throws EmbeddedPostgresError with the end of PostgreSQL's log where it does not start.
 */
export async function launchServer(
  options: EmbeddedPostgresOptions,
  folder: DataFolder,
  bin: string,
  who: RunAs,
): Promise<{ server: ServerProcess; port: number }> {
  const { durable = true, port: wanted = 0 } = options;
  for (let attempt = 1; ; attempt += 1, await sleep(attempt * 100)) {
    const leftover = await endLeftoverServer(folder.cluster);
    if (leftover !== undefined) {
      options.log.warn(`Ended PostgreSQL (process ${leftover}), which an earlier run had left behind`);
    }
    const port = wanted > 0 ? wanted : await choosePort(folder);
    const log = await openServerLog(folder.log);
    try {
      const server = await startServer(bin, who, { cluster: folder.cluster, port, durable }, log);
      if (server) return { server, port };
      const said = await log.tail();
      const again = leftoverAppeared.test(said) || (wanted === 0 && portTaken.test(said));
      if (again && attempt < 10) continue;
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start on port ${port}. Its log (${folder.log}) ends:\n${said}`,
      );
    } finally {
      await log.close();
    }
  }
}
