import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenAnywhere } from './s3-ports.js';

/**
 * The line between a client and an S3 server, which a test can cut. Bytes pass unchanged, so signatures hold.
 * Other than stopping the server, it harms no other test, and works with a server that is not ours.
 */
export class S3Line {
  readonly #sockets = new Set<Socket>();
  #passes = Infinity;
  #stalled = false;
  #spoils = false;
  readonly #held = new Map<string, (() => void)[]>();

  private constructor(
    readonly endpoint: string,
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async to(endpoint: string): Promise<S3Line> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer();
    const own = await listenAnywhere(server);
    const line = new S3Line(`http://127.0.0.1:${own}`, server, own);
    server.on('connection', (client) => line.#join(client, connect(Number(port), hostname)));
    return line;
  }

  /** How many connections of clients are open. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Cuts every connection; new ones are refused. */
  async cut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server.close(), 'close');
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Undoes whatever was done to the line. */
  async mend(): Promise<void> {
    this.#passes = Infinity;
    this.#stalled = false;
    this.#spoils = false;
    if (!this.server.listening) await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
  }

  /** Cuts the connection on which the server's answers have reached so many bytes from now on. */
  cutAfter(bytes: number): void {
    this.#passes = bytes;
  }

  /** Keeps connections open, but lets nothing of the server's answers through. */
  stall(): void {
    this.#stalled = true;
  }

  /** Changes one bit in whatever of an upload's bytes comes through, and leaves requests themselves readable. */
  spoil(): void {
    this.#spoils = true;
  }

  /** Keeps back every request that names `text`, until it is let go. */
  hold(text: string): void {
    this.#held.set(text, []);
  }

  /** How many requests that name `text` are kept back. */
  held(text: string): number {
    return this.#held.get(text)?.length ?? 0;
  }

  letGo(text: string): void {
    const waiting = this.#held.get(text) ?? [];
    this.#held.delete(text);
    for (const goOn of waiting) goOn();
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    const pass = (chunk: Buffer): void => {
      const last = chunk.byteLength - 1;
      if (this.#spoils && chunk.byteLength > 10_000) chunk.writeUInt8(chunk.readUInt8(last) ^ 1, last);
      if (server.write(chunk)) return;
      client.pause();
      server.once('drain', () => client.resume());
    };
    client.on('data', (chunk: Buffer) => {
      const waiting = [...this.#held].find(([text]) => chunk.includes(text))?.[1];
      if (waiting === undefined) return pass(chunk);
      client.pause();
      waiting.push(() => {
        client.resume();
        pass(chunk);
      });
    });
    server.on('data', (chunk: Buffer) => {
      if (this.#stalled) return;
      this.#passes -= chunk.byteLength;
      if (this.#passes < 0) client.destroy();
      else if (!client.write(chunk)) {
        server.pause();
        client.once('drain', () => server.resume());
      }
    });
  }
}
