import type { AbsentObject } from './artifact-store.js';

/** By what a thing is protected where it lies. */
export type PinHow = 'legal-hold' | 'object-tag' | 'registry-tag';

/** One thing that takes a pin of its own: an object, in one of its versions, or a manifest. */
export interface PinTarget {
  /** Its URI, written in the one way that all URIs of the same thing share. */
  readonly place: string;
  /** Which version of the object, '' where the store keeps none. */
  readonly versionId: string;
  readonly how: PinHow;
}

/** Why a pin can be neither seen nor changed. `permission`: what the credentials lack. `evidence` is for people. */
export interface PinTrouble extends AbsentObject {
  readonly permission?: string;
  /** The store took the pin, and what went wrong is the look that followed: it may be set, and is ours then. */
  readonly mayBeSet?: true;
}

/** Whether a thing bears the pin, and which it is or would be. */
export type PinAnswer = { readonly state: 'set' | 'absent'; readonly target: PinTarget } | PinTrouble;

/** An answer to the look after the store took a pin. */
export function afterSetting(seen: PinAnswer): PinAnswer {
  return 'target' in seen ? seen : { ...seen, mayBeSet: true };
}

/**
 * Protects what lies in a store against deletion, by the store's own means. Every method may be repeated: what is set
 * stays set. Outages, missing permissions and stores that know no protection are answers; only an abort is thrown.
 * One contract suite runs against every adapter.
 */
export interface Pinner {
  /**
   * The places of the single things behind what a version names: each object below a prefix, the manifest of an
   * artifact or an image and, of an index, those it names. Throws a StoreError where that cannot be told, also halfway.
   */
  places(subject: string, options?: PinOptions): AsyncIterable<string>;

  /** Whether what lies at the place now bears the pin. */
  pinned(place: string, options?: PinOptions): Promise<PinAnswer>;

  /** Whether this very version still bears the pin, also where another one lies at its place now, or none. */
  bears(target: PinTarget, options?: PinOptions): Promise<PinAnswer>;

  /** Sets the pin of this very version again, and looks whether it took. */
  renew(target: PinTarget, options?: PinOptions): Promise<PinAnswer>;

  /** Sets the pin, and looks whether what lies at the place now bears it. */
  pin(target: PinTarget, options?: PinOptions): Promise<PinAnswer>;

  /** Takes the pin away, whoever set it, and nothing else: what it protected stays where it is. */
  unpin(target: PinTarget, options?: PinOptions): Promise<PinAnswer>;
}

export interface PinOptions {
  readonly signal?: AbortSignal | undefined;
}
