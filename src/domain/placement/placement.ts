import type { NodeDisk } from '../node.js';
import type { ResidencyState } from '../residency.js';
import type { Role } from '../role.js';
import type { Pool } from './pool.js';
import type { Setback, Slot } from './slot.js';

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
  /** Whether it has a container image, which lies in the runtime's storage: nothing here knows that room. */
  readonly hasImage: boolean;
}

/** How far a version has come on a node: its weights, its image where it has one, and the worse of both. */
export interface Held {
  readonly weights: ResidencyState;
  readonly image: ResidencyState | null;
  readonly state: ResidencyState;
  /** Since when `state` is that; in milliseconds since 1970. */
  readonly since: number;
}

/** A node as the planner sees it. `holds` is by the version's id. */
export interface PlannedNode {
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether its lease still runs. One that is silent is planned for by nobody. */
  readonly reporting: boolean;
  readonly disk: NodeDisk;
  readonly holds: ReadonlyMap<string, Held>;
  /** When its agent last said what it holds, in milliseconds since 1970; null where it never did. */
  readonly residedAt: number | null;
  /** The revision of the list that its agent said last that it follows; null where it never did. */
  readonly followed: number | null;
  /** Its turns to fetch and what went wrong in them, as the last plan left them. */
  readonly slots: readonly Slot[];
  readonly setbacks: readonly Setback[];
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

/** What the plan says of a node: its list, and what the next plan has to know. */
export interface NodePlan {
  readonly placements: readonly Placement[];
  readonly slots: readonly Slot[];
  readonly setbacks: readonly Setback[];
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
