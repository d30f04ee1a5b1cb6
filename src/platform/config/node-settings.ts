import type { Schema } from './setting.js';

/** When nodes count as gone, and how many of them fetch at once. */
export interface NodeSettings {
  readonly nodeLeaseSeconds: number;
  readonly nodeForgetSeconds: number;
  readonly pullsPerPool: string;
}

const day = 24 * 60 * 60;

/** The settings of the nodes that hold weights and images. */
export const nodeSettings: Schema<NodeSettings> = {
  nodeLeaseSeconds: {
    doc: 'How long a node may say nothing before it counts as holding nothing, in seconds.',
    format: 'whole-number',
    min: 1,
    max: day,
    default: 45,
    env: 'LASTGOOD_NODE_LEASE_SECONDS',
  },
  nodeForgetSeconds: {
    doc: 'How long a node that says nothing is still waited for, in seconds; then it is deleted.',
    format: 'whole-number',
    min: 60,
    max: 3650 * day,
    default: day,
    env: 'LASTGOOD_NODE_FORGET_SECONDS',
  },
  pullsPerPool: {
    doc: 'How many nodes of a pool may fetch at the same time: a number, or a share of the pool.',
    format: 'pull-limit',
    default: '50%',
    env: 'LASTGOOD_PULLS_PER_POOL',
  },
};
