import { isImageUnseen } from '../../domain/residency.js';
import type { HeldFacts, PlanItem } from './plan.repository.js';
import { keyOf } from './version-facts.repository.js';

/** What is said of an image that nobody has looked at. */
export const IMAGE_UNSEEN = 'its image was not looked at yet';

/** What tells whether a node's agent has looked at an image. */
export interface ImageFacts {
  hasImage: boolean;
  /** What the agent said of it. */
  image: unknown;
  item: Pick<PlanItem, 'fits' | 'listedIn'> | null;
  followed: number | null;
}

/** See {@link isImageUnseen}. */
export function isUnseen({ hasImage, image, item, followed }: ImageFacts): boolean {
  // By a plan of an older release it is not known since when; agents that have any list have long followed that.
  const listedIn = item?.fits ? (item.listedIn ?? 1) : null;
  return isImageUnseen({ hasImage, image, listedIn, followed });
}

/** What a node holds, where a version whose image nobody has looked at yet is not resident, whatever its weights are. */
export function withUnseen(
  { held, items, followed }: { held: HeldFacts[] | null; items: PlanItem[] | null; followed: number | null },
  imageOf: (key: string) => boolean,
): HeldFacts[] | null {
  if (held === null || !held.some((one) => one.image === null && imageOf(keyOf(one)))) return held;
  const listed = new Map(items?.map((item) => [keyOf(item), item]));
  return held.map((one) => {
    const key = keyOf(one);
    const facts = { hasImage: imageOf(key), image: one.image, item: listed.get(key) ?? null, followed };
    if (one.state !== 'resident' || !isUnseen(facts)) return one;
    return { ...one, state: 'pending', image: 'pending', reason: one.reason ?? IMAGE_UNSEEN };
  });
}
