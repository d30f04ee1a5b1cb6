import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const LOOK_MS = 50;

/**
 * Lets a stop end with the last answer. Node closes the connections that are idle at the moment the server closes, but
 * neither one that falls idle later, because its request was under way, nor one on which no request ever came (browsers
 * and load balancers open such ahead of need): both would hold the stop up until their time has run out.
 */
export function closeAsTheyFallIdle(server: FastifyInstance): void {
  const unused = new Set<Socket>();
  server.server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.server.on('request', ({ socket }) => unused.delete(socket));

  let timer: NodeJS.Timeout | undefined;
  server.addHook('preClose', (done) => {
    for (const socket of unused) socket.destroy();
    timer = setInterval(() => server.server.closeIdleConnections(), LOOK_MS);
    done();
  });
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
}
