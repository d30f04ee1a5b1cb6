import type { INestApplicationContext } from '@nestjs/common';
import { parseListenAddress } from '../domain/listen-address.js';
import { WorkerHealth, WorkerMetrics } from '../features/health/index.js';
import type { Config } from '../platform/config/index.js';
import { listenBare, type BareRoutes, type BareServer } from '../platform/http/bare-server.js';
import { RepeatedErrors } from '../platform/telemetry/repeated-errors.js';
import { nestLog } from '../platform/telemetry/structured-log.js';
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
  const errors = new RepeatedErrors(nestLog('Probes'), 'a connection of a probe could not be taken');
  const routes: BareRoutes = {
    '/healthz': () => json(200, { status: 'ok' }),
    '/readyz': async () => {
      const readiness = await health.readiness();
      return json(readiness.status === 'ready' ? 200 : 503, readiness);
    },
    '/metrics': async () => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics.render() }),
  };
  try {
    return await listenBare(address, routes, (error) => errors.report(error));
  } catch (error) {
    throw new StartError(whyNotListening(error, address, { host: 'address', port: '--listen' }));
  }
}

const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) });
