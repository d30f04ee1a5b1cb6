import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenAnywhere } from './s3-ports.js';

/** A TCP line to a server that a test can cut. */
export interface CutProxy {
  /** The server's URL with the proxy's address in it. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps every connection open, takes new ones, and swallows what comes from either side. */
  hang(): void;
  /** Hangs the connections that are open, as a firewall that forgot them does; new ones are carried. */
  freeze(): void;
  /** Lets one more message with this text through to the server, then hangs: the answer to it is never heard. */
  hangAfter(text: string): void;
  /** Lets everything through again. Connections that lost bytes meanwhile are broken, as a real network would in time. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a line to the server that `target` names, on a free port of loopback. */
export async function startCutProxy(target: string): Promise<CutProxy> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let hangs = false;
  let lastWords: string | undefined;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const frozen = new WeakSet<Socket>();
  const carry = (from: Socket, into: Socket): void => {
    const hears = () => !hangs && !frozen.has(from);
    from.on('data', (bytes) => hears() && into.write(bytes));
    from.on('close', () => hears() && into.destroy());
  };
  const server: Server = createServer((near) => {
    keep(near);
    const far = keep(connect(Number(to.port), to.hostname));
    carry(near, far);
    carry(far, near);
    near.on('data', (bytes) => {
      if (lastWords === undefined || !bytes.includes(lastWords)) return;
      hangs = true;
      lastWords = undefined;
    });
  });
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    breakAll();
    await closed;
  };
  const port = await listenAnywhere(server);
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut: shut,
    hang() {
      hangs = true;
    },
    freeze() {
      for (const socket of sockets) frozen.add(socket);
    },
    hangAfter(text) {
      lastWords = text;
    },
    async restore() {
      if (hangs) breakAll();
      hangs = false;
      lastWords = undefined;
      if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening');
    },
    close: shut,
  };
}
