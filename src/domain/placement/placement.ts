import type { NodeDisk } from '../node.js';
import type { ResidencyState } from '../residency.js';
import type { Role } from '../role.js';
import type { Pool } from './pool.js';

/** What a version is made of on a disk. Files of one digest lie there once, whatever versions they belong to. */
export interface Blob {
  readonly digest: string;
  readonly bytes: number;
}

/** A version that must lie on the nodes of its pool. `id` is unique; model and version are what people read. */
export interface WantedVersion {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly role: Exclude<Role, 'kept'>;
  readonly pool: Pool | null;
  readonly blobs: readonly Blob[];
}

/** How far a version has come on a node: its weights, and the worse of weights and image. */
export interface Held {
  readonly weights: ResidencyState;
  readonly state: ResidencyState;
}

/** A node as the planner sees it. `holds` is by the version's id. */
export interface PlannedNode {
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether its lease still runs. One that is silent is planned for by nobody. */
  readonly reporting: boolean;
  readonly disk: NodeDisk;
  readonly holds: ReadonlyMap<string, Held>;
}

/** What the plan says of a version on a node. */
export interface Placement {
  readonly id: string;
  readonly role: WantedVersion['role'];
  /** Whether there is room for it beside what comes before it. What does not fit is not for the node to keep. */
  readonly fits: boolean;
  readonly go: boolean;
  /** Why it may not be fetched now; null where it may. */
  readonly waitsFor: string | null;
  readonly warm: boolean;
}

const RANKS: readonly Role[] = ['live', 'target', 'candidate'];

/** The order in which versions are placed and fetched: by role, then by name, so that every planner has the same. */
export function inOrder(versions: readonly WantedVersion[]): WantedVersion[] {
  return versions.toSorted(
    (a, b) =>
      RANKS.indexOf(a.role) - RANKS.indexOf(b.role) ||
      (a.model < b.model ? -1 : a.model > b.model ? 1 : a.version - b.version),
  );
}
