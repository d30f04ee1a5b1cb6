import type { AssignmentView, ResidencyPartView } from '../../contract/node-views.js';
import { nameOf, type CachedVersion } from '../cache/index.js';
import type { ResidencyItem } from './node-registry.js';
import { part, sizeOf } from './parts.js';

/** All that the agent knows of what it holds. */
export interface Held {
  readonly assignments: readonly AssignmentView[];
  readonly cached: readonly CachedVersion[];
  /** What moves or failed, by the version's name. */
  readonly weights: ReadonlyMap<string, ResidencyPartView>;
  /** Why a version that lay here does not any more, by its name. */
  readonly damaged: ReadonlyMap<string, string>;
  /** By image; null where this agent leaves images to others. */
  readonly images: ReadonlyMap<string, ResidencyPartView> | null;
}

/** What the registry is told: each assigned version, and what else lies here whole or is on its way out. */
export function residencyItems(held: Held): ResidencyItem[] {
  const assigned = new Set(held.assignments.map((one) => nameOf(one)));
  const whole = new Map(held.cached.map((one) => [nameOf(one), one]));
  const items = held.assignments.map((one): ResidencyItem => {
    const { model, version, image } = one;
    return { model, version, weights: weightsOf(one, whole.get(nameOf(one)), held), image: imageOf(image, one, held) };
  });
  for (const one of held.cached) {
    const { model, version, files, state } = one;
    const leaving = held.weights.get(nameOf(one));
    if (assigned.has(nameOf(one)) || (state !== 'resident' && leaving?.state !== 'evicting')) continue;
    const bytes = sizeOf(files);
    const resident = part('resident', { bytesDone: bytes, bytesTotal: bytes });
    items.push({ model, version, weights: leaving ?? resident, image: null });
  }
  return items;
}

function weightsOf(assigned: AssignmentView, cached: CachedVersion | undefined, held: Held): ResidencyPartView {
  const bytesTotal = sizeOf(assigned.artifacts);
  if (cached?.state === 'resident') return part('resident', { bytesDone: bytesTotal, bytesTotal });
  const name = nameOf(assigned);
  const told = held.weights.get(name) ?? part('pending', { reason: waitsFor(assigned) });
  const said = told.state === 'resident' ? part('pending', { reason: waitsFor(assigned) }) : told;
  const reason = said.reason ?? held.damaged.get(name) ?? null;
  return { ...said, bytesTotal: said.bytesTotal || bytesTotal, reason };
}

function imageOf(image: string | null, assigned: AssignmentView, held: Held): ResidencyPartView | null {
  if (image === null || held.images === null) return null;
  return held.images.get(image) ?? part('pending', { reason: waitsFor(assigned) });
}

function waitsFor({ go, waitsFor: reason }: AssignmentView): string | null {
  return go ? null : reason;
}
