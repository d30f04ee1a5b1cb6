import type { Readable } from 'node:stream';
import { outboundFailure, turnedAway } from './answered.js';
import type {
  Asking,
  ListedObject,
  ObjectObservation,
  PresentObject,
  ReadableStore,
  ReadOptions,
} from './artifact-store.js';
import { askedPart, type Part } from './asked-part.js';
import type { HostCredentials } from './host-credentials.js';
import { absence, NO_BYTES_OF_ITS_OWN, requirePrefix, summed } from './listing.js';
import { ManifestLacks } from './manifest-lacks.js';
import { sureOf } from './oci-doubt.js';
import { filesOf, layerTitled } from './oci-files.js';
import { OciKind } from './oci-kind.js';
import { OciLook } from './oci-look.js';
import type { OciDescriptor } from './oci-manifest.js';
import { OciManifests } from './oci-manifests.js';
import { OciPins } from './oci-pins.js';
import { USUAL_PLATFORM } from './oci-platform.js';
import { apiHostOf, referenceOfImage, targetOfOciUri, type OciReference, type OciTarget } from './oci-reference.js';
import { askedOf, OciRegistry, type OciQuestion } from './oci-registry.js';
import { Outbound, type OutboundOptions } from './outbound/outbound.js';
import { checkRange } from './read-range.js';
import { shownUri } from './shown-uri.js';
import { rangeOutside, StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';
import { translated } from './translated-stream.js';

export interface OciStoreOptions extends OutboundOptions {
  /** By the host of the registry, `docker.io` for Docker Hub. */
  readonly credentials?: HostCredentials;
  /** Whose image is meant where an index has several: `os/architecture[/variant]`. */
  readonly platform?: string;
}

/**
 * Artifacts and container images in registries, by digest: `oci://host/repository@sha256:…`. The digest of an artifact
 * with one layer means that layer's bytes; that of a blob means the blob. `…@sha256:…/` means all files of an artifact,
 * `…@sha256:…/title` one of them. Only the allowed hosts are ever asked. Readable only.
 */
export class OciStore implements ReadableStore {
  readonly scheme = 'oci';
  /** How its manifests are protected against deletion. */
  readonly pins: OciPins;
  readonly #outbound: Outbound;
  readonly #registry: OciRegistry;
  readonly #manifests: OciManifests;
  readonly #kind: OciKind;
  readonly #look: OciLook;

  constructor(options: OciStoreOptions) {
    this.#outbound = new Outbound({ hostsSetting: 'LASTGOOD_OCI_ALLOWED_HOSTS', ...options });
    this.#registry = new OciRegistry(this.#outbound, options.credentials ?? {});
    this.#manifests = new OciManifests(this.#registry);
    this.#kind = new OciKind(this.#registry, this.#manifests);
    this.#look = new OciLook(this.#registry, this.#manifests, options.platform ?? USUAL_PLATFORM);
    this.pins = new OciPins(this.#registry, this.#manifests, this.#kind);
  }

  async refuses(uri: string): Promise<StoreRefusal | null> {
    const target = this.#locate(uri);
    return target instanceof StoreRefusal ? target : null;
  }

  /** Why the image cannot be looked at here, or null when it can. */
  refusesImage(image: string): StoreRefusal | null {
    const at = referenceOfImage(image);
    return at instanceof StoreRefusal ? at : this.#hostRefusal(image, at);
  }

  async stat(uri: string, asking: Asking = {}): Promise<ObjectObservation> {
    return this.#observed(uri, asking, async () => {
      const { question, path } = this.#target(uri, asking);
      if (path === '') return summed(this.list(uri, asking));
      if (path === null && !(await this.#kind.isBlob(question))) return this.#statArtifact(question);
      if (path === null) return this.#look.blob(question);
      const manifest = await this.#look.follow(question, (one) => this.#manifests.look(one));
      const layer = layerTitled(uri, manifest.layers, path);
      await this.#look.blobs(question, [layer]);
      return presentLayer(layer);
    });
  }

  /**
   * What can be seen of a container image, `[host/]repository[:tag]@sha256:…`: its manifest, the platform's where it
   * is an index, and all its blobs. The size is that of all blobs together.
   */
  async statImage(image: string, asking: Asking = {}): Promise<ObjectObservation> {
    return this.#observed(image, asking, async () => {
      const at = referenceOfImage(image);
      const refusal = at instanceof StoreRefusal ? at : this.#hostRefusal(image, at);
      if (refusal !== null) throw new StoreError('forbidden', image, refusal.text);
      const question = { at: at as OciReference, kind: 'manifests' as const, uri: image, ...asking };
      return (await this.#look.everything(question)).seen;
    });
  }

  /** The files of an artifact: its layers, each under its title. */
  async *list(uri: string, asking: Asking = {}): AsyncGenerator<ListedObject> {
    const { signal } = asking;
    requirePrefix(uri);
    try {
      signal?.throwIfAborted();
      const { manifest } = await this.#look.everything(this.#target(uri, asking).question);
      yield* filesOf(uri, manifest.layers);
    } catch (error) {
      signal?.throwIfAborted();
      throw outboundFailure(error, uri);
    }
  }

  async read(uri: string, options: ReadOptions = {}): Promise<Readable> {
    const part = checkRange(options);
    options.signal?.throwIfAborted();
    const target = this.#target(uri, options);
    const turns = this.#outbound.turns.host(apiHostOf(target.question.at.registry));
    return turnedAway(
      uri,
      turns.reading(options, () => this.#open(target, part)),
    );
  }

  /** Ends kept connections. */
  close(): void {
    this.#outbound.close();
  }

  async #open(target: Target, part: Part): Promise<Readable> {
    const { uri, signal } = target.question;
    const toError = (error: unknown): unknown => outboundFailure(error, uri);
    try {
      const { question, size } = await this.#blobBehind(target);
      if (size !== null && part.start >= size && part.start > 0) throw rangeOutside(uri, part.start, size);
      return translated(await this.#bytes(question, part), toError, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw toError(error);
    }
  }

  async #statArtifact(question: OciQuestion): Promise<PresentObject> {
    const { manifest, seen } = await this.#look.everything(question);
    const [layer, ...more] = manifest.layers;
    return layer === undefined || more.length > 0 ? seen : presentLayer(layer);
  }

  /** The blob whose bytes the URI means, and its size where a manifest says it. */
  async #blobBehind({ question, path }: Target): Promise<{ question: OciQuestion; size: number | null }> {
    const { at, uri } = question;
    if (path === '') throw new StoreError('unsupported', uri, NO_BYTES_OF_ITS_OWN);
    if (path === null && (await this.#kind.isBlob(question))) {
      return { question: { ...question, kind: 'blobs' }, size: null };
    }
    const { layers } = await this.#look.follow(question, (one) => this.#manifests.get(one));
    const layer = path === null ? onlyLayer(uri, layers) : layerTitled(uri, layers, path);
    return { question: { ...question, at: { ...at, digest: layer.digest }, kind: 'blobs' }, size: layer.size };
  }

  async #bytes(question: OciQuestion, part: Part): Promise<Readable> {
    try {
      return askedPart(question.uri, askedOf('GET', question), await this.#registry.large(question, part), part);
    } catch (error) {
      throw error instanceof StoreError && error.code === 'range-outside'
        ? rangeOutside(question.uri, part.start)
        : error;
    }
  }

  async #observed(what: string, asking: Asking, look: () => Promise<PresentObject>): Promise<ObjectObservation> {
    const { signal } = asking;
    signal?.throwIfAborted();
    try {
      return await look().catch(async (error: unknown) => {
        const isAnswer = error instanceof StoreError && error.code === 'missing' && !(error instanceof ManifestLacks);
        throw isAnswer ? await this.#sure(error, what, asking) : error;
      });
    } catch (error) {
      signal?.throwIfAborted();
      return absence(outboundFailure(error, what), what);
    }
  }

  async #sure(missing: StoreError, what: string, asking: Asking): Promise<StoreError> {
    const at = what.startsWith('oci:') ? this.#target(what, asking).question.at : referenceOfImage(what);
    return at instanceof StoreRefusal ? missing : sureOf(this.#registry, { at, missing, ...asking });
  }

  #target(uri: string, { signal, urgent }: Asking): Target {
    const target = this.#locate(uri);
    if (target instanceof StoreRefusal) throw new StoreError('forbidden', uri, target.text);
    return { question: { at: target.at, kind: 'manifests', uri, signal, urgent }, path: target.path };
  }

  #locate(uri: string): OciTarget | StoreRefusal {
    const target = targetOfOciUri(uri);
    return target instanceof StoreRefusal ? target : (this.#hostRefusal(uri, target.at) ?? target);
  }

  #hostRefusal(what: string, at: OciReference): StoreRefusal | null {
    const problem = this.#registry.problem(at);
    return problem === null ? null : new StoreRefusal('host-not-allowed', `${shownUri(what)}: ${problem}`);
  }
}

interface Target {
  readonly question: OciQuestion;
  readonly path: string | null;
}

function presentLayer({ size, digest, mediaType }: OciDescriptor): PresentObject {
  return { state: 'present', size, digest, mediaType };
}

function onlyLayer(uri: string, layers: readonly OciDescriptor[]): OciDescriptor {
  const [layer, ...more] = layers;
  if (layer !== undefined && more.length === 0) return layer;
  const text = `it has ${layers.length} layers; with a / at its end the URI means all of them that are files`;
  throw new StoreError('unsupported', uri, text);
}
