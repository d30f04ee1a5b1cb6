import type { CheckKind } from '../../contract/views.js';
import type { AbsentObject } from '../../stores/artifact-store.js';
import type { StoreRefusal } from '../../stores/store-refusal.js';
import type { NeededRecord, Observation } from './check.entity.js';
import type { VersionKey } from './check-jobs.js';
import type { MarkNews } from './mark.repository.js';

/** How to look. `urgent`: somebody waits, so it is asked before everything that is not. Only an abort is thrown. */
export interface LookOptions {
  readonly signal: AbortSignal;
  readonly urgent: boolean;
}

/** What was seen of a subject. */
export interface Found extends Pick<Observation, 'state' | 'evidence'> {
  /** Only reading the bytes can tell whether it is the recorded one. */
  readonly doubt?: boolean;
  /** What it adds to what is known of an artifact's mark. */
  readonly news?: MarkNews;
}

/** One thing that a version needs: the kind and subject it is recorded under, and how to look at it. */
export interface Need {
  readonly kind: CheckKind;
  readonly subject: string;
  /** Says what can be seen now. An outage is an answer too; it throws only the reason of the signal. */
  observe(options: LookOptions): Promise<Found>;
}

/** Finds the needs of one kind in a version's record; for the same record always the same ones in the same order. */
export interface NeedSource {
  needsOf(key: VersionKey, record: NeededRecord): Need[] | Promise<Need[]>;
}

/** Why a store showed nothing, as what was seen. */
export function absent(seen: AbsentObject | StoreRefusal): Found {
  if (!('state' in seen)) return { state: 'unsupported', evidence: { code: seen.code, said: seen.text } };
  const { state, evidence: said, retryAt } = seen;
  return { state, evidence: { said, ...(retryAt === undefined ? {} : { retryAt: retryAt.toISOString() }) } };
}
