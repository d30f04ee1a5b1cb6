import { Gauge, type Registry } from 'prom-client';
import { RESIDENCY_STATES } from '../../domain/residency.js';
import { deadline } from '../../platform/timing/deadline.js';
import type { HoldingRepository, PlanFeed, StateCount } from '../nodes/index.js';
import { PATIENCE_MS } from './patience.js';

/** What Prometheus is told of the nodes: how many report, and what of versions lies on them. */
export class NodeMetrics {
  private readonly nodes: Gauge<'state'>;
  private readonly residency: Gauge<'state'>;

  constructor(
    private readonly holdings: HoldingRepository,
    feed: PlanFeed,
    registry: Registry,
  ) {
    const registers = [registry];
    const labelNames = ['state'] as const;
    this.nodes = new Gauge({ name: 'lastgood_nodes', help: 'Nodes by whether they report', labelNames, registers });
    this.residency = new Gauge({
      name: 'lastgood_residency',
      help: 'Versions on nodes that report, by how far they have come',
      labelNames,
      registers,
    });
    const waiters: Gauge = new Gauge({
      name: 'lastgood_node_waiters',
      help: 'Agents that wait at this replica for other assignments',
      registers,
      collect: () => waiters.set(feed.size),
    });
  }

  /** Counts anew. While the database is away the numbers are absent rather than old. Never throws. */
  async refresh(): Promise<void> {
    const late = `the database did not answer within ${PATIENCE_MS} ms`;
    const counts = await deadline(this.holdings.counts(), PATIENCE_MS, late).catch(() => null);
    this.nodes.reset();
    this.residency.reset();
    if (counts === null) return;
    set(this.nodes, ['reporting', 'silent'], counts.nodes);
    set(this.residency, RESIDENCY_STATES, counts.residency);
  }
}

// Every state, so that one that nothing is in any more goes to 0 rather than away.
function set(gauge: Gauge<'state'>, states: readonly string[], counts: readonly StateCount[]): void {
  for (const state of states) gauge.set({ state }, counts.find((one) => one.state === state)?.count ?? 0);
}
