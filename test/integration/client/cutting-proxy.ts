import { createServer, connect, type Socket } from 'node:net';

/** A TCP proxy in front of a server whose connections the test can cut, as a failing network does. */
export interface CuttingProxy {
  readonly url: string;
  /** Cuts every open connection, in the middle of whatever it carries. */
  cut(): void;
  /** Cuts the next connection to be made after this many bytes from the server. */
  cutAfter(bytes: number): void;
  close(): void;
}

export async function cuttingProxy(targetUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(targetUrl);
  const open = new Set<Socket>();
  let limit = Infinity;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let left = limit;
    limit = Infinity;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      client.write(bytes.subarray(0, Math.min(bytes.length, left)));
      left -= bytes.length;
      if (left <= 0) client.destroySoon();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    cut,
    cutAfter: (bytes) => {
      limit = bytes;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
