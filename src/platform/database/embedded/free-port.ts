import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port itself where it is free on 127.0.0.1, any free one for 0, undefined where it is taken. */
export async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen({ port: wanted, host: '127.0.0.1' });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
