import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';
/** So many ports below those of the system are drawn from. */
const SPAN = 12_000;

/**
 * Lets the server listen on a port of 127.0.0.1 that stays its own until this process ends, however often it stops
 * listening in between; answers the port.
 */
export async function listenAnywhere(server: Server): Promise<number> {
  const port = await ownPort();
  await once(server.listen(port, HOST), 'listening');
  return port;
}

/** So many ports of 127.0.0.1 that nothing uses, and that no other test is given before this process ends. */
export async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => ownPort()));
}

// The system gives the port of a server that is down to whoever asks for any port, so tests take theirs from below
// the system's range. Odd ports serve; whoever listens on the even one in front has the pair, and every process on the
// machine sees that.
async function ownPort(): Promise<number> {
  const below = Math.max(SPAN + 1_024, lowestOfSystem());
  for (let tries = 0; tries < 1_000; tries++) {
    const claimed = below - SPAN + 2 * randomInt(SPAN / 2 - 1);
    const claim = await taken(claimed);
    if (claim === null) continue;
    const probe = await taken(claimed + 1);
    if (probe !== null) {
      await once(probe.close(), 'close');
      claim.unref();
      return claimed + 1;
    }
    await once(claim.close(), 'close');
  }
  throw new Error(`no port of ${HOST} from ${below - SPAN} to ${below} is free`);
}

/** A server on the port; null where it is not free. */
async function taken(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return once(server.listen(port, HOST), 'listening').then(
    () => server,
    () => null,
  );
}

/** The first port that the system gives to whoever asks for any (ip(7), ip_local_port_range). */
function lowestOfSystem(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return 32_768;
  }
}
