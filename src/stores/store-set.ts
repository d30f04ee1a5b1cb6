import type { ArtifactStore, Asking, ObjectObservation, ReadableStore } from './artifact-store.js';
import { EndpointTurns } from './endpoint-turns.js';
import { FileStore, type FileStoreOptions } from './file-store.js';
import { HttpsStore, type HttpsStoreOptions } from './https-store.js';
import { OciStore, type OciStoreOptions } from './oci-store.js';
import { openS3, type OpenS3 } from './open-s3.js';
import type { S3StoreOptions } from './s3-options.js';
import { shownUri } from './shown-uri.js';
import { StorePins } from './store-pins.js';
import { StoreRefusal } from './store-refusal.js';
import type { TurnLimits } from './turns.js';
import type { WaitBegun } from './endpoint-patience.js';

/** Which stores there are, and which of them takes new bytes (left out: the only one, or else the folder). */
export interface StoreSetOptions {
  readonly file?: FileStoreOptions;
  readonly s3?: S3StoreOptions;
  /** Further S3 stores, each with its own credentials. They take no uploads, and a bucket is in one of them alone. */
  readonly s3Stores?: readonly S3StoreOptions[];
  readonly https?: HttpsStoreOptions;
  readonly oci?: OciStoreOptions;
  readonly uploads?: 'file' | 's3';
  /** How much each server and each folder is asked by all of them together; uploads are not counted. */
  readonly limits?: TurnLimits;
  /** Told of each time for which a server asked to be left alone, when it begins. */
  readonly onWait?: (wait: WaitBegun) => void;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

// What makes a scheme one that is served, for whoever runs the registry.
const SERVED_BY: ReadonlyMap<string, string> = new Map([
  ['s3', 'S3_BUCKET or LASTGOOD_S3_STORES_FILE names a bucket'],
  ['https', 'LASTGOOD_HTTPS_ALLOWED_HOSTS names its host'],
  ['http', 'LASTGOOD_HTTPS_ALLOWED_HOSTS names its host with http://'],
  ['oci', 'LASTGOOD_OCI_ALLOWED_HOSTS names its registry'],
]);

/** All stores of this process. */
export class StoreSet {
  /** The store that new bytes go to. */
  readonly uploads: ArtifactStore;
  /** How what lies in the stores is protected against deletion. */
  readonly pins: StorePins;
  readonly #stores: ReadonlyMap<string, ReadableStore>;
  readonly #turns: EndpointTurns;
  readonly #oci: OciStore | null;
  readonly #close: readonly (() => void)[];

  private constructor({ file, https, oci, uploads: wanted }: StoreSetOptions, turns: EndpointTurns, s3: OpenS3 | null) {
    const folder = file ? new FileStore({ ...file, turns }) : null;
    const web = https ? new HttpsStore({ ...https, turns }) : null;
    const registries = oci ? new OciStore({ ...oci, turns }) : null;
    const uploads = wanted === undefined ? (folder ?? s3?.uploads) : { file: folder, s3: s3?.uploads }[wanted];
    if (!uploads) throw new Error(`no artifact store for uploads: ${wanted ?? 'file or s3'} must be configured`);
    this.uploads = uploads;
    this.#turns = turns;
    this.#oci = registries;
    const pinners = {
      s3: s3 ? (uri: string) => s3.all.of(uri).pins : undefined,
      oci: registries ? () => registries.pins : undefined,
    };
    this.pins = new StorePins(pinners, (uri) => this.forUri(uri));
    const all = [folder, s3?.all, web, registries].filter((store) => !!store);
    this.#stores = new Map<string, ReadableStore>(all.map((store) => [store.scheme, store]));
    if (web?.servesPlainHttp) this.#stores = new Map([...this.#stores, ['http', web]]);
    this.#close = [s3?.all, web, registries].filter((store) => !!store).map((store) => () => store.close());
  }

  /**
   * The stores as they are configured; none is asked for anything yet. Throws where there is no store, when `uploads`
   * names one that is not configured, and for a bucket that is in two S3 stores.
   */
  static async open(options: StoreSetOptions): Promise<StoreSet> {
    const turns = new EndpointTurns(options.limits, options.onWait);
    return new StoreSet(options, turns, await openS3(options, turns));
  }

  /** How often a server asked to be left alone so far, and how many are left alone now. */
  get waits(): { total: number; now: number } {
    return this.#turns.waits;
  }

  /** The URI schemes that are served, without colons. */
  get schemes(): string[] {
    return [...this.#stores.keys()];
  }

  /** The store that serves the URI, or why none does. */
  async forUri(uri: string): Promise<ReadableStore | StoreRefusal> {
    const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
    const store = this.#stores.get(scheme ?? '');
    if (store) return (await store.refuses(uri)) ?? store;
    const served = this.schemes.map((name) => `${name}://`).join(' and ');
    const found = scheme === undefined ? 'is not a URI' : `has the scheme ${scheme}`;
    const setting = SERVED_BY.get(scheme ?? '');
    const way = setting === undefined ? '' : `; ${scheme}:// is served where ${setting}`;
    return new StoreRefusal('unknown-scheme', `${shownUri(uri)} ${found}; served here: ${served}${way}`);
  }

  /** What can be seen of a container image now, or why it may not even be looked at. Only an abort is thrown. */
  async statImage(image: string, options: Asking = {}): Promise<ObjectObservation | StoreRefusal> {
    if (this.#oci) return this.#oci.refusesImage(image) ?? this.#oci.statImage(image, options);
    const text = `${shownUri(image)} lies in a registry, and no registry is among the allowed hosts: add it to LASTGOOD_OCI_ALLOWED_HOSTS`;
    return new StoreRefusal('host-not-allowed', text);
  }

  /** Ends the stores' connections. */
  close(): void {
    for (const close of this.#close) close();
  }
}
