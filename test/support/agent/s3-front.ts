import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import { onTestFinished, vi } from 'vitest';
import { listenAnywhere } from '../s3-ports.js';

/** What is done to the answer of a GET: a status of its own, a cut, other bytes, or fewer with a matching length. */
export interface Fault {
  readonly status?: number;
  /** The `Retry-After` that goes with the status. */
  readonly retryAfter?: string;
  readonly cutAfter?: number;
  readonly spoilAt?: number;
  readonly shortTo?: number;
}

/** A way to an S3 server that counts what comes through, and does to it what a test says. */
export interface S3Front {
  readonly endpoint: string;
  /** Bytes of objects that were sent on so far. */
  readonly bytes: () => number;
  /** GETs of objects so far. */
  readonly gets: () => number;
  /** Asked for each GET of an object, with how many came before it; the GET waits where this does. */
  fault: (key: string, before: number) => Fault | null | Promise<Fault | null>;
  /** Once so many bytes went through, nothing more does, and connections stay open. */
  stallAfter: number;
  /** Waits until nothing is being answered, as where whoever asked was killed. */
  settled(): Promise<void>;
}

/** Starts a front before an S3 server; it ends with the test. Requests pass unchanged, so signatures hold. */
export async function startS3Front(target: string): Promise<S3Front> {
  const to = new URL(target);
  let bytes = 0;
  let gets = 0;
  let underWay = 0;
  const server = createServer((from, reply) => {
    underWay += 1;
    void answer(from, reply)
      .catch(() => reply.destroy())
      .finally(() => (underWay -= 1));
  });
  const answer = async (from: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = from;
    const isObject = method === 'GET' && !url.includes('list-type');
    const fault = isObject ? await front.fault(decodeURIComponent(url.split('?')[0] ?? ''), gets++) : null;
    if (fault?.status !== undefined) {
      const asksToWait = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      return void reply.writeHead(fault.status, asksToWait).end();
    }
    const ask = request({ host: to.hostname, port: to.port, method, path: url, headers, agent: false });
    from.pipe(ask);
    const [response] = (await once(ask, 'response')) as [IncomingMessage];
    const length = fault?.shortTo === undefined ? {} : { 'content-length': String(fault.shortTo) };
    reply.writeHead(response.statusCode ?? 500, { ...response.headers, ...length });
    // A refusal is no object: a client whose clock is off gets one, and asks again with the server's time.
    const isRefused = (response.statusCode ?? 500) >= 300;
    if (!isObject || isRefused) return pipeline(response, reply);
    let passed = 0;
    const change = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (bytes >= front.stallAfter) return;
        const { spoilAt = Infinity, shortTo = Infinity, cutAfter = Infinity } = fault ?? {};
        const at = spoilAt - passed;
        if (at >= 0 && at < chunk.byteLength) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at);
        const kept = chunk.subarray(0, Math.max(0, Math.min(shortTo, cutAfter) - passed));
        passed += chunk.byteLength;
        bytes += kept.byteLength;
        if (kept.byteLength > 0) this.push(kept);
        if (passed > cutAfter) setTimeout(() => reply.destroy(), 5);
        else done();
      },
    });
    await pipeline(response, change, reply);
  };
  const port = await listenAnywhere(server);
  const front: S3Front = {
    endpoint: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    gets: () => gets,
    fault: () => null,
    stallAfter: Infinity,
    settled: () => vi.waitUntil(() => underWay === 0, { timeout: 60_000, interval: 10 }).then(() => undefined),
  };
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return front;
}
