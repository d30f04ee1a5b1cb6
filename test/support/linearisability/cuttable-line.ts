import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a line loses when it breaks during a commit: the request, so that the transaction is undone, or the answer, so that
 * it is done and nobody is told.
 */
export type LostAtCommit = 'request' | 'answer';

// A transaction's end as PostgreSQL's protocol has it, version 3: the text of the query, and the tag of its completion.
const COMMIT = Buffer.from('COMMIT\0');

/** A line to a PostgreSQL server that can be made to break at the worst moment of a transaction. */
export class CuttableLine {
  /** What is to be lost of the next commits, in this order. */
  private readonly wanted: LostAtCommit[] = [];
  private readonly sockets = new Set<Socket>();
  cuts = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** Opens a line to the server of a connection string, on a free port. */
  static async open(databaseUrl: string): Promise<CuttableLine> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new CuttableLine(server, new URL(databaseUrl));
  }

  /** The connection string that leads through the line. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Breaks one connection at the next commit that is sent, or answered. */
  cutAtCommit(lost: LostAtCommit): void {
    this.wanted.push(lost);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port || 5432), this.target.hostname);
    this.carry(near, far, 'request');
    this.carry(far, near, 'answer');
  }

  private carry(from: Socket, to: Socket, what: LostAtCommit): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (this.wanted[0] === what && chunk.includes(COMMIT)) {
        this.wanted.shift();
        this.cuts += 1;
        from.destroy();
        to.destroy();
      } else {
        to.write(chunk);
      }
    });
    // Whatever ends one side ends the other; a killed process says no good-bye.
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
