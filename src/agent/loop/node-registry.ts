import type { AssignmentsView, GpuView, NodeDiskView, ResidencyPartView } from '../../contract/node-views.js';

/** What an agent says of itself and its machine, each time it renews its lease. */
export interface NodeRegistration {
  readonly agent: string;
  readonly agentVersion: string;
  readonly labels: Record<string, string>;
  readonly gpus: GpuView[];
  readonly disk: NodeDiskView;
}

export interface ResidencyItem {
  readonly model: string;
  readonly version: number;
  readonly weights: ResidencyPartView;
  readonly image: ResidencyPartView | null;
}

/** All that a node holds or is getting. It replaces what was said before. */
export interface ResidencyReport {
  readonly agent: string;
  /** Of the list of assignments that the agent follows; 0 while it has none. */
  readonly revision: number;
  readonly items: ResidencyItem[];
}

interface Asking {
  readonly signal?: AbortSignal;
  readonly retries?: number;
}

/** The registry, as far as a node's agent needs it. `LastgoodClient` is one; calls throw as its calls do. */
export interface NodeRegistry {
  registerNode(node: string, registration: NodeRegistration, options?: Asking): Promise<unknown>;
  reportResidency(node: string, report: ResidencyReport, options?: Asking): Promise<unknown>;
  /**
   * The node's list, at once where `revision` is left out, else once there is a newer one or `waitSeconds` are over.
   * Null says that it is still the same.
   */
  assignments(
    node: string,
    after: { revision?: number; waitSeconds?: number },
    options?: Asking,
  ): Promise<AssignmentsView | null>;
}
