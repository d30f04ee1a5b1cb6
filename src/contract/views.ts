import type { CheckKind, CheckState } from '../domain/check.js';
import type { Env } from '../domain/env.js';
import type { Found } from '../domain/readiness-evidence.js';
import type { ItemState } from '../domain/readiness-item.js';
import type { CheckedItem } from '../domain/readiness-needs.js';
import type { ReadinessVerdict } from '../domain/readiness.js';
import type { Artifact } from '../domain/version-record.js';

// What the API answers, as the client library sees it. Times are RFC 3339 texts, sizes bytes, versions plain numbers.

export interface Page<T> {
  items: T[];
  nextPageToken: string | null;
}

export interface ModelView {
  model: string;
  description: string;
  labels: Record<string, string>;
  latestVersion: number | null;
  aliases: { alias: string; version: number }[];
  createdAt: string;
  createdBy: string;
}

/** The immutable part: what a serving controller needs to serve the version. */
export interface RecordView {
  version: number;
  digest: string;
  artifacts: Artifact[];
  image: string | null;
  env: Env;
  serving: Record<string, unknown>;
  /** Of env and serving config alone: what a serving controller's report is compared with. */
  configDigest: string;
}

export interface VersionView extends RecordView {
  model: string;
  source: Record<string, string>;
  labels: Record<string, string>;
  metrics: Record<string, number>;
  aliases: string[];
  createdAt: string;
  createdBy: string;
}

export interface TargetView {
  version: number;
  /** False: shown as *unproven*; no soak window stands behind it. */
  proven: boolean;
}

export interface AliasView {
  model: string;
  alias: string;
  version: number;
  revision: number;
  liveSince: string;
  /** When the live version becomes, or became, known good if nothing touches the alias. Null on paired aliases. */
  soakEndsAt: string | null;
  /** Whether the live version is known good: soaked untouched, now or earlier, or declared so by an operator. */
  knownGood: boolean;
  soakSeconds: number;
  /** Null: nothing to roll back to. */
  rollbackTarget: TargetView | null;
  rejected: number[];
  changedBy: string;
  reason: string;
}

export type AliasAction = 'promote' | 'rollback' | 'delete' | 'retarget' | 'clear' | 'declare' | 'configure';

export interface AliasChangeView {
  revision: number;
  model: string;
  alias: string;
  action: AliasAction;
  from: number | null;
  to: number | null;
  /** What a change that moves nothing is about: the version cleared or declared, or the new soak window. Else null. */
  about: { version?: number; soakSeconds?: number } | null;
  reason: string;
  actor: string;
  at: string;
}

export interface ResolutionView {
  model: string;
  alias: string;
  version: number;
  revision: number;
  record: RecordView;
  traffic: { version: number; weight: number }[];
  /** Records that a serving controller keeps loaded beside the live one, so that a rollback is only a switch. */
  keepWarm: RecordView[];
}

/** One event of `/v1/watch`. A change that a later one has overtaken carries no resolution; neither does a deletion. */
export interface WatchEventView {
  change: AliasChangeView;
  resolution: ResolutionView | null;
}

export interface RollbackView {
  id: number;
  model: string;
  alias: string;
  from: number;
  to: number;
  proven: boolean;
  reason: string;
  actor: string;
  revision: number;
  /** The clock of one rollback. The last three close on reports of serving controllers, null until then. */
  timeline: {
    requestedAt: string;
    committedAt: string;
    firstSwitchedAt: string | null;
    allSwitchedAt: string | null;
    healthyAt: string | null;
  };
}

export interface ReportView {
  controller: string;
  version: number;
  revision: number;
  configDigest: string;
  /** Whether it runs with another configuration than the version records. */
  drift: boolean;
  readyReplicas: number;
  replicas: number;
  reportedAt: string;
}

export type { CheckKind, CheckState };

export interface CheckView {
  version: number;
  kind: CheckKind;
  subject: string;
  state: CheckState;
  evidence: Record<string, unknown>;
  durationMs: number;
  observedAt: string;
  /** Since when the subject has been seen in this state without a break; in a history, null. */
  since: string | null;
}

/** A check that was asked for; what it sees appears among the version's checks. */
export interface CheckRequestView {
  version: number;
  /** Whether the bytes of all artifacts are read, too. */
  deep: boolean;
  /** The numbers of the rounds that answer it: once these are over, or later ones, all was looked at (and read). */
  rounds: { look: number; deep: number | null };
}

/** One way through all that a version needs: a look at each thing, or (deep) the reading of all bytes. */
export interface CheckRoundView {
  /** How many rounds of this kind have begun. */
  number: number;
  /** The newest of them that is over: whoever waits for a round waits until this is its number or above it. */
  completedNumber: number;
  underWay: boolean;
  /** When the last whole one ended; null before the first. */
  completedAt: string | null;
  /** When the next is due; null where none is, and while one is under way. */
  dueAt: string | null;
}

/** How a version is checked over time. */
export interface CheckRoundsView {
  look: CheckRoundView | null;
  deep: CheckRoundView | null;
}

/** One thing on a checklist that fails or is unknown. */
export interface ReadinessSubjectView {
  subject: string;
  /** What was seen, or why nothing counts: `stale`, `unchecked`, or `ahead` of the clock. */
  found: Found;
  /** What the newest check saw, whether it still counts or not. Null where none has looked. */
  evidence: Record<string, unknown> | null;
  observedAt: string | null;
  since: string | null;
}

/** One line of a checklist. Only `fail` and `unknown` stand in the way of being ready; `warn` is worth knowing. */
export interface ReadinessItemView {
  name: 'rollback-target' | CheckedItem | 'nodes';
  state: ItemState;
  text: string;
  /** What to do about it. */
  next: string | null;
  /** How many checks it rests on, and how many of them fail or are unknown. */
  expected: number;
  failing: number;
  unknown: number;
  /** The oldest of these checks, and how old one may become before it is unknown. */
  oldestObservedAt: string | null;
  ageSeconds: number | null;
  maxAgeSeconds: number | null;
  /** Ten at most of those that fail or are unknown; the version's checks have them all. */
  subjects: ReadinessSubjectView[];
}

export type { ReadinessVerdict };

export interface ReadinessView {
  model: string;
  alias: string;
  live: number;
  /** Null: nothing to roll back to. */
  target: TargetView | null;
  verdict: ReadinessVerdict;
  checkedAt: string;
  checklist: ReadinessItemView[];
  /** How long a rollback would take, and what says so. Milliseconds are null where nothing does. */
  predictedRecovery: { milliseconds: number | null; rollbacks: number; text: string };
}

export interface UploadView {
  uri: string;
  digest: string;
  size: number;
}

export type JobLane = 'prompt' | 'bulk';

/** A background job whose every attempt failed. `reason` is what the last one threw. */
export interface JobView {
  id: string;
  name: string;
  lane: JobLane;
  data: Record<string, unknown>;
  reason: string;
  attempts: number;
  createdAt: string;
  failedAt: string;
}

/** How many jobs of a lane are in each state; those that are done are not counted. */
export interface LaneView {
  lane: JobLane;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** How many failed for good so far, those that were run again or removed since included. */
  failedTotal: number;
}

export interface JobSummaryView {
  lanes: LaneView[];
  /** What is due and not yet in the queue, and how long the oldest of it has been due. */
  outbox: { rows: number; oldestSeconds: number };
}

/** A failed job that waits for its turn again. */
export interface RetriedJobView {
  id: string;
  state: 'waiting';
}
