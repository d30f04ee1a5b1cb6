import type {
  ConfigureAliasRequest,
  MoveAliasRequest,
  RollBackRequest,
  ServingReportRequest,
  VouchRequest,
} from '../contract/requests/alias.request.js';
import type { CreateModelRequest, EditModelRequest } from '../contract/requests/model.request.js';
import type { RegisterNodeRequest, ResidencyRequest } from '../contract/requests/node.request.js';
import type { RegisterVersionRequest } from '../contract/requests/version.request.js';
import type { CheckKind, CheckState, RecordView, VersionView } from '../contract/views.js';

// What users hand to the client: the bodies of the wire contract, types only. The registry checks every field itself.

export type ModelInput = CreateModelRequest;
export type ModelEdit = EditModelRequest;
export type VersionInput = Omit<RegisterVersionRequest, 'env'> & { env?: RecordView['env'] };
export type ArtifactInput = VersionInput['artifacts'][number];
export type RollBackInput = RollBackRequest;
export type VouchInput = VouchRequest;
export type ConfigureAliasInput = ConfigureAliasRequest;
export type ReportInput = ServingReportRequest;
export type NodeInput = RegisterNodeRequest;
export type ResidencyInput = ResidencyRequest;

/** Which assignments the caller has, and how long the registry may wait for others, 300 seconds at most. */
export interface AssignmentsInput {
  revision?: number;
  waitSeconds?: number;
}

/** A move of an alias. With `ifRevision` it happens only while the alias still has that revision. */
export type PromoteInput = MoveAliasRequest & { ifRevision?: number };

/** A version that is recorded now; `created` is false when the same record had been registered before. */
export interface Registration {
  version: VersionView;
  created: boolean;
}

/** Which page of a list. Sizes over the registry's limit are refused by it. */
export interface PageInput {
  pageSize?: number;
  pageToken?: string;
}

/** Which nodes of a list. */
export interface NodeListInput extends PageInput {
  /** `name=value`; all must match. */
  label?: string[];
}

/** Which versions of a list; parts that are left out ask for nothing. Times are RFC 3339. */
export interface VersionListInput extends PageInput {
  /** `name=value`; all must match. */
  label?: string[];
  /** Pointed at by this alias now, or, with a state, of that state under it. */
  alias?: string;
  state?: 'live' | 'served' | 'known-good' | 'rejected';
  createdAfter?: string;
  createdBefore?: string;
}

/** Which observations of a version; parts that are left out ask for nothing. */
export interface CheckHistoryInput extends PageInput {
  kind?: CheckKind;
  subject?: string;
  state?: CheckState;
}

/** What deleting a node takes beside what every call does: when it had reported last as the caller read it. */
export interface DeleteNodeOptions extends CallOptions {
  reportedAt?: string;
}

/** Every call takes a signal that gives up on it, and a time limit for one try, in milliseconds. */
export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** How often the call is tried again where that does no harm; 2 unless told. */
  retries?: number;
}
