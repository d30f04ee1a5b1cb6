import type { AssignmentView } from '../../contract/node-views.js';

/** What is known of an image here. */
export interface ImageFacts {
  /** When the runtime was last seen to have it or not, on the monotonic clock, in milliseconds; undefined for never. */
  seenAt(image: string): number | undefined;
  isPresent(image: string): boolean;
  retryAt(image: string): number | undefined;
}

/** Whether to look for an image or to pull one; else how long to wait before looking again, in milliseconds. */
export type NextImage =
  { readonly step: 'look' | 'pull'; readonly image: string } | { readonly step: 'wait'; readonly lookAgainMs: number };

/**
 * The next thing to do about the images of the list, in its order. All are looked for, since whoever runs the node may
 * have pulled or removed them; only those that may be fetched now are pulled.
 */
export function nextImage(
  assignments: readonly AssignmentView[],
  facts: ImageFacts,
  { nowMs, lookEveryMs }: { nowMs: number; lookEveryMs: number },
): NextImage {
  let lookAgainMs = Infinity;
  for (const { image, go } of assignments) {
    if (image === null) continue;
    const waitMs = (facts.retryAt(image) ?? -Infinity) - nowMs;
    if (waitMs > 0) {
      lookAgainMs = Math.min(lookAgainMs, waitMs);
      continue;
    }
    const staleMs = (facts.seenAt(image) ?? -Infinity) + lookEveryMs - nowMs;
    if (staleMs <= 0) return { step: 'look', image };
    if (go && !facts.isPresent(image)) return { step: 'pull', image };
    lookAgainMs = Math.min(lookAgainMs, staleMs);
  }
  return { step: 'wait', lookAgainMs };
}
