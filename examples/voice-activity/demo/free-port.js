// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The first of the wanted ports that nobody listens on, else any free one.
 * @param {number[]} wanted
 */
export async function freePort(wanted) {
  for (const port of [...wanted, 0]) {
    const taken = await portTaken(port);
    if (taken !== null) return taken;
  }
  throw new Error('no port is free on 127.0.0.1');
}

/** @param {number} port 0 for any @returns {Promise<number | null>} the port, or null when it is in use */
async function portTaken(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  } catch {
    return null;
  } finally {
    server.close();
  }
}
