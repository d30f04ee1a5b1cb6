import type { PullLimit } from '../../domain/placement/pull-limit.js';

/** How nodes are taken for alive, and how many of a pool may fetch at once. */
export class NodeOptions {
  constructor(
    /** How many seconds a node may say nothing and still count as holding what it holds. */
    readonly leaseSeconds: number,
    /** How many seconds a silent node is still waited for before it is forgotten. */
    readonly forgetSeconds: number,
    readonly pullLimit: PullLimit,
  ) {}
}
