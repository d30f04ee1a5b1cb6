import { Counter, Gauge, type Registry } from 'prom-client';
import type { ArtifactStores } from '../artifacts/index.js';

/** Lets Prometheus see that stores ask this process to leave them alone. The log names them: users choose the hosts. */
export function addWaitMetrics(stores: ArtifactStores, registry: Registry): void {
  const registers = [registry];
  const total: Counter = new Counter({
    name: 'lastgood_store_waits_total',
    help: 'How often an endpoint of a store asked this process to leave it alone for a while',
    registers,
    collect: () => {
      total.reset();
      total.inc(stores.waits.total);
    },
  });
  const now: Gauge = new Gauge({
    name: 'lastgood_store_endpoints_waiting',
    help: 'Endpoints of stores that this process leaves alone now, since they asked for it',
    registers,
    collect: () => now.set(stores.waits.now),
  });
}
