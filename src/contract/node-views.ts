import type { Artifact } from '../domain/version-record.js';
import type { ResidencyState } from '../domain/residency.js';
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

export type { ResidencyState };

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
  /**
   * Rises with every change of the list; `?revision=R&wait=30s` answers once it is another than R. 0: nothing has been
   * planned for the node yet, which is no reason to evict anything.
   */
  revision: number;
  assignments: AssignmentView[];
}

/** The answer to an agent's list of what it holds: how many of the versions in it the registry knows. */
export interface ResidencyAcceptedView {
  accepted: number;
}

/** A node with all that must lie on it, what does not fit included, and all that does. */
export interface NodeDetailView extends NodeView {
  /** The revision of its assignments, and the one that its agent said last that it follows: 0 for none yet. */
  revision: number;
  followedRevision: number | null;
  residency: ResidencyView[];
  assignments: AssignmentView[];
}

/** How many nodes of its pool should hold a version, and how many do, or failed to fetch it. */
export interface VersionResidencyView {
  version: number;
  role: Role;
  wanted: number;
  resident: number;
  failed: number;
  /** Nodes of the pool that report nothing any more: they count as holding nothing. */
  silent: number;
}

/** Where the versions of a model that may be needed lie: one entry for each of them on each node of its pool. */
export interface ModelResidencyView {
  model: string;
  versions: VersionResidencyView[];
  items: ResidencyView[];
}
