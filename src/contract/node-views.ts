import type { Artifact } from '../domain/version-record.js';
import type { Role } from '../domain/role.js';

// What the API says about nodes. Times are RFC 3339 texts, sizes bytes, versions plain numbers.

/** One kind of GPU in a node, and how many there are. */
export interface GpuView {
  product: string;
  count: number;
  memoryBytes: number;
}

/** What an agent says of its disk: what the cache may use, what it uses, and what the file system has free. */
export interface NodeDiskView {
  budgetBytes: number;
  usedBytes: number;
  freeBytes: number;
}

export interface NodeView {
  node: string;
  labels: Record<string, string>;
  gpus: GpuView[];
  disk: NodeDiskView;
  /** The agent's identity: made once for a cache folder. Two agents under one name have different ones. */
  agent: string;
  agentVersion: string;
  /** False once its lease ran out without a word: then it counts as holding nothing. */
  reporting: boolean;
  reportedAt: string;
  registeredAt: string;
}

export type ResidencyState = 'pending' | 'downloading' | 'verifying' | 'resident' | 'failed' | 'evicting';

/** How far one part of a version, its weights or its image, has come on a node. */
export interface ResidencyPartView {
  state: ResidencyState;
  bytesDone: number;
  bytesTotal: number;
  bytesPerSecond: number | null;
  etaSeconds: number | null;
  /** Why it failed or waits; null where there is nothing to say. */
  reason: string | null;
}

/** What a node holds of a version, by its agent's last word. `image` is null where the version has none. */
export interface ResidencyView {
  node: string;
  model: string;
  version: number;
  /** The worse of the two parts. */
  state: ResidencyState;
  weights: ResidencyPartView;
  image: ResidencyPartView | null;
  updatedAt: string;
}

/** A version that must lie on the node. The order of a list is the order in which to fetch. */
export interface AssignmentView {
  model: string;
  version: number;
  role: Role;
  artifacts: Artifact[];
  image: string | null;
  /** Whether the node may fetch it now; false while others of its pool have their turn, or where it does not fit. */
  go: boolean;
  /** Why not, for people. */
  waitsFor: string | null;
  /** Whether its weights should be read into the page cache: a rollback target that must come back at once. */
  warm: boolean;
}

/** All that must lie on a node. What is not here may be evicted when room is needed. */
export interface AssignmentsView {
  node: string;
  /** Rises with every change of the list; `?revision=R&wait=30s` answers once it is above R. */
  revision: number;
  assignments: AssignmentView[];
}
