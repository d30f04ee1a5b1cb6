import type {
  AssignmentsView,
  ModelResidencyView,
  NodeDetailView,
  NodeView,
  ResidencyAcceptedView,
} from '../contract/node-views.js';
import type { Page } from '../contract/views.js';
import type {
  AssignmentsInput,
  CallOptions,
  DeleteNodeOptions,
  NodeInput,
  NodeListInput,
  ResidencyInput,
} from './inputs.js';
import { JobCalls } from './job-calls.js';
import { modelPath, nodePath } from './paths.js';

/** How long an answer may take beyond the time that the registry was asked to wait, in milliseconds. */
const SLACK_MS = 10_000;

/** The calls about nodes: what their agents say and ask, and what people look at. */
export class NodeCalls extends JobCalls {
  /** Registers a node and renews its lease. Refused with `node-taken` while another agent reports under the name. */
  registerNode(node: string, said: NodeInput, options?: CallOptions): Promise<NodeView> {
    return this.body({ method: 'PUT', path: nodePath(node), json: said, repeatable: true, ...options });
  }

  /** Says all that the node holds, which replaces what was said before, and renews the lease. */
  reportResidency(node: string, said: ResidencyInput, options?: CallOptions): Promise<ResidencyAcceptedView> {
    return this.body({ method: 'PUT', path: nodePath(node, 'residency'), json: said, repeatable: true, ...options });
  }

  /**
   * What must lie on the node. With `revision`, waits up to `waitSeconds` for a list of another revision, and is null
   * where there is none: what the caller has still holds. A list of revision 0 means that nothing is planned yet.
   */
  assignments(
    node: string,
    { revision, waitSeconds = 0 }: AssignmentsInput = {},
    options: CallOptions = {},
  ): Promise<AssignmentsView | null> {
    const wait = waitSeconds > 0 ? `${Math.ceil(waitSeconds)}s` : undefined;
    return this.body<AssignmentsView | null>({
      method: 'GET',
      path: nodePath(node, 'assignments'),
      query: { revision, wait },
      expected: [304],
      repeatable: true,
      ...options,
      timeoutMs: (options.timeoutMs ?? SLACK_MS) + waitSeconds * 1000,
    });
  }

  /** Nodes by name; with `label`, those that have all of these labels. */
  listNodes(page?: NodeListInput, options?: CallOptions): Promise<Page<NodeView>> {
    return this.read('/v1/nodes', { ...page }, options);
  }

  /** A node with all that must lie on it and all that does. */
  getNode(node: string, options?: CallOptions): Promise<NodeDetailView> {
    return this.read(nodePath(node), {}, options);
  }

  /**
   * Deletes a node that is gone for good. Refused with `node-reporting` while its agent reports, and with `node-changed`
   * where it has reported since `reportedAt`, the time of its last report as the caller read it; with `planning` while a
   * plan is being made, which another try outlasts.
   */
  async deleteNode(node: string, { reportedAt, ...options }: DeleteNodeOptions = {}): Promise<void> {
    await this.transport.head({ method: 'DELETE', path: nodePath(node), query: { reportedAt }, ...options });
  }

  /** Where the versions of a model that may be needed lie, node by node. */
  modelResidency(model: string, options?: CallOptions): Promise<ModelResidencyView> {
    return this.read(modelPath(model, 'residency'), {}, options);
  }
}
