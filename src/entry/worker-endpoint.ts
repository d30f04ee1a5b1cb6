import type { INestApplicationContext } from '@nestjs/common';
import { parseListenAddress } from '../domain/listen-address.js';
import { WorkerHealth, WorkerMetrics } from '../features/health/index.js';
import type { Config } from '../platform/config/index.js';
import { listenBare, type BareServer } from '../platform/http/bare-server.js';
import { StartError } from './start-error.js';
import { whyNotListening } from './why-not-listening.js';

/**
 * Answers probes and Prometheus for a worker, where its configuration says so. Null where it does not.
 * @throws StartError where it cannot listen there
 */
export async function listenForProbes(
  app: INestApplicationContext,
  { workerListen }: Config,
): Promise<BareServer | null> {
  const address = parseListenAddress(workerListen);
  if (address === null) return null;
  const [health, metrics] = [app.get(WorkerHealth), app.get(WorkerMetrics)];
  try {
    return await listenBare(address, {
      '/healthz': () => json(200, { status: 'ok' }),
      '/readyz': async () => {
        const readiness = await health.readiness();
        return json(readiness.status === 'ready' ? 200 : 503, readiness);
      },
      '/metrics': async () => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics.render() }),
    });
  } catch (error) {
    throw new StartError(whyNotListening(error, address, { host: 'address', port: '--listen' }));
  }
}

const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) });
