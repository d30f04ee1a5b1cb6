import { backOffMs } from '../../client/back-off.js';
import { LastgoodError } from '../../client/errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import { Outage } from '../../platform/telemetry/outage.js';
import { Bell } from './bell.js';
import type { NodeRegistration, NodeRegistry } from './node-registry.js';
import type { NodeState } from './node-state.js';

export interface PresenceOptions {
  readonly node: string;
  readonly registry: NodeRegistry;
  readonly state: NodeState;
  readonly log: StructuredLog;
  /** Between two renewals of the lease, in milliseconds. */
  readonly renewMs: number;
  /** What to say of this machine now. */
  readonly describe: () => Promise<NodeRegistration>;
}

const FIRST_WAIT_MS = 500;

/** Keeps the node registered: it renews the lease, and finds out when another agent has the node's name. */
export class Presence {
  readonly #bell = new Bell();
  readonly #outage: Outage;

  constructor(private readonly options: PresenceOptions) {
    const gone = 'the registry cannot be reached; what lies here stays, and the last list is followed';
    this.#outage = new Outage(options.log, { gone, back: 'the registry answers again' });
  }

  /** Registers at once: the registry does not know the node, or another agent has it. */
  registerNow(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { renewMs, state } = this.options;
    for (let failures = 0; ;) {
      try {
        await this.#register(signal);
        failures = 0;
        state.tell('progress');
        await this.#bell.wait(renewMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        const waitMs = this.#refused(error) ? renewMs : this.#failed(error, failures);
        await this.#bell.wait(Math.min(waitMs, renewMs), signal);
      }
    }
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { registry, node, describe, state, log } = this.options;
    await registry.registerNode(node, await describe(), { signal, retries: 0 });
    this.#outage.worked();
    if (state.standing !== 'ours') log.info({ node }, `the registry knows this node as ${node}`);
    state.stand('ours');
  }

  /** Whether another agent has the name: then nothing is fetched or evicted until its lease ends. */
  #refused(error: unknown): boolean {
    if (!isNodeTaken(error)) return false;
    const { state, log, node } = this.options;
    this.#outage.worked();
    state.stand('taken');
    log.error({ node, reason: error.detail }, `another agent reports as ${node}: nothing is fetched or evicted here`);
    return true;
  }

  #failed(error: unknown, failures: number): number {
    this.#outage.failed(error);
    return backOffMs(failures - 1, { baseMs: FIRST_WAIT_MS, capMs: this.options.renewMs });
  }
}

/** Whether the registry says that another agent has the node's name. */
export function isNodeTaken(error: unknown): error is LastgoodError {
  return error instanceof LastgoodError && error.code === 'node-taken';
}
