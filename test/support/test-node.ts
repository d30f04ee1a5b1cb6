import { randomUUID } from 'node:crypto';
import type { AssignmentsView, ResidencyPartView } from '../../src/contract/node-views.js';
import type { TestApi } from './api.js';

/** What a test node says of itself; whatever is left out is roomy and plain. */
export interface TestNodeOptions {
  labels?: Record<string, string>;
  agent?: string;
  budgetBytes?: number;
}

/** A part in some state, of which half has come where it is on its way. */
export function part(state: ResidencyPartView['state'], reason: string | null = null): ResidencyPartView {
  const bytesDone = state === 'resident' ? 10 : state === 'pending' ? 0 : 5;
  return { state, bytesDone, bytesTotal: 10, bytesPerSecond: null, etaSeconds: null, reason };
}

/** One version in an agent's list. */
export function item(model: string, version: number, state: ResidencyPartView['state']) {
  return { model, version, weights: part(state), image: null };
}

/** Speaks to an API as the agent of a node does. */
export class TestNode {
  readonly agent: string;
  /** Of the list that it was given last, which it follows. */
  private revision: number | undefined;

  constructor(
    private readonly api: TestApi,
    readonly name: string,
    private readonly options: TestNodeOptions = {},
  ) {
    this.agent = options.agent ?? randomUUID();
  }

  /** What its agent registers with. */
  body(changes: TestNodeOptions = {}): object {
    const { labels = {}, budgetBytes = 1e12 } = { ...this.options, ...changes };
    const disk = { budgetBytes, usedBytes: 0, freeBytes: 2e12 };
    return { agent: this.agent, agentVersion: '0.1.0', labels, gpus: [], disk };
  }

  register(changes?: TestNodeOptions) {
    return this.api.as('agent').put(`/v1/nodes/${this.name}`).send(this.body(changes));
  }

  report(...items: object[]) {
    const { agent, revision } = this;
    return this.api.as('agent').put(`/v1/nodes/${this.name}/residency`).send({ agent, revision, items });
  }

  ask(query = '', api: TestApi = this.api) {
    return api.as('agent').get(`/v1/nodes/${this.name}/assignments${query}`);
  }

  async assignments(query = '', api: TestApi = this.api): Promise<AssignmentsView> {
    const { body } = await this.ask(query, api).expect(200);
    const view = body as AssignmentsView;
    this.revision = view.revision;
    return view;
  }

  /** The list as `v2 target go`, one for each version. */
  async list(): Promise<string[]> {
    const { assignments } = await this.assignments();
    return assignments.map(({ model, version, role, go }) => `${model} v${version} ${role}${go ? ' go' : ''}`);
  }
}
