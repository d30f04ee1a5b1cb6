import { momentProblem, parseMoment } from '../../domain/moment.js';
import { aliasNameProblem } from '../../domain/names.js';
import { Refusal, refuseField } from '../../contract/refusal.js';

export const VERSION_STATES = ['live', 'served', 'known-good', 'rejected'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Which versions of a list are wanted; absent parts ask for nothing. */
export interface VersionFilter {
  labels: Record<string, string>;
  /** Pointed at by this alias now, or, with a state, of that state under it. */
  alias: string | null;
  state: VersionState | null;
  createdAfter: Date | null;
  createdBefore: Date | null;
}

/** Reads `label=name=value` (repeatable), `alias`, `state`, `createdAfter` and `createdBefore` of a query string. */
export function readVersionFilter(query: Record<string, string | string[] | undefined>): VersionFilter | Refusal {
  const { label, alias, state, createdAfter, createdBefore } = query;
  const labels: [string, string][] = [];
  for (const pair of [label ?? []].flat()) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      return refuseField('label', pair, 'must be name=value, such as team=risk');
    labels.push([name, value]);
  }
  const aliasProblem = alias === undefined ? null : aliasNameProblem(alias);
  if (aliasProblem !== null) return refuseField('alias', alias, aliasProblem);
  const known = VERSION_STATES.find((one) => one === state) ?? null;
  if (state !== undefined && known === null)
    return refuseField('state', state, `must be one of ${VERSION_STATES.join(', ')}`);
  const after = readTime('createdAfter', createdAfter);
  if (after instanceof Refusal) return after;
  const before = readTime('createdBefore', createdBefore);
  if (before instanceof Refusal) return before;
  const named = typeof alias === 'string' ? alias : known === null ? null : 'production';
  return {
    labels: Object.fromEntries(labels),
    alias: named,
    state: known ?? (named === null ? null : 'live'),
    createdAfter: after,
    createdBefore: before,
  };
}

function readTime(field: string, value: unknown): Date | Refusal | null {
  if (value === undefined) return null;
  return parseMoment(value) ?? refuseField(field, value, momentProblem(value) ?? '');
}
