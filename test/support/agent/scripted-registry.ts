import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { NodeRegistration, ResidencyReport } from '../../../src/agent/loop/index.js';
import type { AssignmentView } from '../../../src/contract/node-views.js';
import { listenAnywhere } from '../s3-ports.js';

interface KnownNode {
  registration: NodeRegistration;
  hasLease: boolean;
  reports: ResidencyReport[];
  revision: number;
  assignments: AssignmentView[];
  waiting: (() => void)[];
}

/** The node calls of the API over a real connection, with lists that a test writes and leases that a test ends. */
export class ScriptedRegistry {
  readonly #nodes = new Map<string, KnownNode>();
  readonly #gone = new Set<string>();
  readonly #lists = new Map<string, { revision: number; assignments: AssignmentView[] }>();
  readonly #server = createServer((request, reply) => void this.#answer(request, reply).catch(() => reply.destroy()));
  #port = 0;
  #isDown = false;
  #revision = 0;

  static async start(): Promise<ScriptedRegistry> {
    const registry = new ScriptedRegistry();
    registry.#port = await listenAnywhere(registry.#server);
    onTestFinished(() => {
      registry.#server.closeAllConnections();
      registry.#server.close();
    });
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** An outage: connections are cut; what is known stays. */
  down(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) this.#server.closeAllConnections();
  }

  assign(node: string, assignments: AssignmentView[]): void {
    this.#revision += 1;
    this.#lists.set(node, { revision: this.#revision, assignments });
    for (const wake of this.#nodes.get(node)?.waiting.splice(0) ?? []) wake();
  }

  /**
   * Whoever else reports under this name next has it. What the agent that had it sent with its last breath may still be
   * on its way; it does not take the name back.
   */
  endLease(name: string): void {
    const node = this.#nodes.get(name);
    if (!node) return;
    node.hasLease = false;
    this.#gone.add(node.registration.agent);
  }

  registration(node: string): NodeRegistration | undefined {
    return this.#nodes.get(node)?.registration;
  }

  reports(node: string): ResidencyReport[] {
    return this.#nodes.get(node)?.reports ?? [];
  }

  /** The state of each part by `model/vN`, as the node's agent said last. */
  states(node: string): Record<string, string> {
    const items = this.reports(node).at(-1)?.items ?? [];
    return Object.fromEntries(
      items.map(({ model, version, weights, image }) => [
        `${model}/v${version}`,
        image === null ? weights.state : `${weights.state} ${image.state}`,
      ]),
    );
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    if (this.#isDown) return void request.socket.destroy();
    const url = new URL(request.url ?? '', this.url);
    const [, , , name = '', below = ''] = url.pathname.split('/');
    const text = (await request.toArray()).join('');
    if (request.method === 'PUT') {
      const body = JSON.parse(text) as NodeRegistration & ResidencyReport;
      if (this.#gone.has(body.agent)) return void request.socket.destroy();
      const node = this.#nodes.get(name);
      if (node && node.registration.agent !== body.agent && node.hasLease)
        return refuse(reply, 'node-taken', `an agent reports as ${name} already: stop it, or choose another --name`);
      if (below === 'residency') {
        if (!node) return refuse(reply, 'node-not-found', `there is no node ${name}`);
        node.reports.push(body);
        node.hasLease = true;
        return send(reply, 200, { accepted: body.items.length });
      }
      const fresh: KnownNode = {
        registration: body,
        hasLease: true,
        reports: [],
        revision: 0,
        assignments: [],
        waiting: [],
      };
      this.#nodes.set(name, { ...(node ?? fresh), registration: body, hasLease: true });
      return send(reply, 200, { node: name });
    }
    const node = this.#nodes.get(name);
    if (!node) return refuse(reply, 'node-not-found', `there is no node ${name}`);
    await this.#untilNewer(name, node, url.searchParams);
    const { revision, assignments } = this.#lists.get(name) ?? { revision: 0, assignments: [] };
    return send(reply, 200, { node: name, revision, assignments });
  }

  async #untilNewer(name: string, { waiting }: KnownNode, query: URLSearchParams): Promise<void> {
    const current = String(this.#lists.get(name)?.revision ?? 0);
    if (query.get('revision') !== current || !query.has('wait')) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Number.parseInt(query.get('wait') ?? '', 10) * 1000);
      waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const REFUSALS = {
  'node-taken': [409, 'Another agent reports under this name'],
  'node-not-found': [404, 'No such node'],
} as const;

function refuse(reply: ServerResponse, code: keyof typeof REFUSALS, detail: string): void {
  const [status, title] = REFUSALS[code];
  send(reply, status, { type: `urn:lastgood:problem:${code}`, code, status, title, detail });
}

function send(reply: ServerResponse, status: number, body: unknown): void {
  reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
