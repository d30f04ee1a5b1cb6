import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Lets the server listen on a free port of 127.0.0.1; answers the port. */
export async function listenAnywhere(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** So many ports of 127.0.0.1 that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listenAnywhere(server)));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
