import { absence } from './listing.js';
import { ociUriOf, referenceOfImage } from './oci-reference.js';
import type { PinAnswer, Pinner, PinOptions, PinTarget } from './pinner.js';
import { StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';

/** Pins of all stores: finds the one that a place belongs to. Files and web servers know no pins. */
export class StorePins implements Pinner {
  readonly #pinners: ReadonlyMap<string, (uri: string) => Pinner>;

  /**
   * @param pinners by scheme, who pins what lies at a URI
   * @param refusal why no store serves a URI; anything but a refusal means that one does
   */
  constructor(
    pinners: Readonly<Record<string, ((uri: string) => Pinner) | undefined>>,
    private readonly refusal: (uri: string) => Promise<unknown>,
  ) {
    const there = Object.entries(pinners).flatMap(([scheme, of]) => (of === undefined ? [] : [[scheme, of] as const]));
    this.#pinners = new Map(there);
  }

  async *places(subject: string, options: PinOptions = {}): AsyncGenerator<string> {
    const uri = subject.includes('://') ? subject : this.#uriOfImage(subject);
    yield* (await this.#of(uri)).places(uri, options);
  }

  pinned(place: string, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#asked(place, (pinner) => pinner.pinned(place, options));
  }

  bears(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#asked(target.place, (pinner) => pinner.bears(target, options));
  }

  renew(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#asked(target.place, (pinner) => pinner.renew(target, options));
  }

  pin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#asked(target.place, (pinner) => pinner.pin(target, options));
  }

  unpin(target: PinTarget, options: PinOptions = {}): Promise<PinAnswer> {
    return this.#asked(target.place, (pinner) => pinner.unpin(target, options));
  }

  async #asked(place: string, ask: (pinner: Pinner) => Promise<PinAnswer>): Promise<PinAnswer> {
    try {
      return await ask(await this.#of(place));
    } catch (error) {
      return absence(error, place);
    }
  }

  #uriOfImage(image: string): string {
    const at = referenceOfImage(image);
    if (at instanceof StoreRefusal) throw new StoreError('unsupported', image, at.text);
    if (this.#pinners.has('oci')) return ociUriOf(at);
    throw new StoreError('unsupported', image, 'no registry is among the allowed hosts (LASTGOOD_OCI_ALLOWED_HOSTS)');
  }

  async #of(uri: string): Promise<Pinner> {
    const refusal = await this.refusal(uri);
    if (refusal instanceof StoreRefusal) throw new StoreError('unsupported', uri, refusal.text);
    const scheme = /^[^:]*/.exec(uri)?.[0].toLowerCase() ?? '';
    const pinner = this.#pinners.get(scheme);
    if (pinner !== undefined) return pinner(uri);
    const text = `what lies at ${scheme}:// cannot be protected against deletion: only s3:// and oci:// can`;
    throw new StoreError('unsupported', uri, text);
  }
}
