import { Transport, type TransportOptions } from '../../client/transport.js';
import type { AssignmentsView } from '../../contract/node-views.js';
import type { Asking, NodeRegistration, NodeRegistry, ResidencyReport } from './node-registry.js';

/** The registry's calls for agents, over HTTP. They throw as the client library's calls do. */
export class HttpNodeRegistry implements NodeRegistry {
  readonly #transport: Transport;

  /** Throws a TypeError for an address that is none. */
  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  async registerNode(node: string, json: NodeRegistration, options?: Asking): Promise<void> {
    await this.#transport.json({ method: 'PUT', path: nodePath(node), json, repeatable: true, ...options });
  }

  async reportResidency(node: string, json: ResidencyReport, options?: Asking): Promise<void> {
    const path = nodePath(node, 'residency');
    await this.#transport.json({ method: 'PUT', path, json, repeatable: true, ...options });
  }

  async assignments(
    node: string,
    { revision, waitSeconds = 0 }: { revision?: number; waitSeconds?: number },
    options?: Asking,
  ): Promise<AssignmentsView | null> {
    const wait = waitSeconds === 0 ? undefined : `${waitSeconds}s`;
    const { status, body } = await this.#transport.json<AssignmentsView>({
      method: 'GET',
      path: nodePath(node, 'assignments'),
      query: { revision, wait },
      // It may take as long as it was told to wait, and then as long as any other call.
      timeoutMs: waitSeconds * 1000 + 10_000,
      expected: [304],
      repeatable: true,
      ...options,
    });
    return status === 304 ? null : body;
  }
}

const nodePath = (node: string, ...below: string[]): string =>
  ['/v1/nodes', encodeURIComponent(node), ...below].join('/');
