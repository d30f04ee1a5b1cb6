// @ts-check
import { CountedVersion } from './counted-version.js';

/**
 * @typedef {object} VersionRecord what this server needs of a version's record
 * @property {number} version
 * @property {string} digest of the whole record
 * @property {{path: string, digest: string, size: number}[]} artifacts
 * @property {Record<string, string | {secretRef: string}>} env
 * @property {Record<string, unknown>} serving
 */

/**
 * @typedef {object} Resolution what the alias means now, as the registry's client says it
 * @property {number} version
 * @property {number} revision
 * @property {VersionRecord} record
 * @property {VersionRecord[]} keepWarm the versions to keep loaded, so that going back is only a switch
 */

/**
 * @typedef {object} Slot a version that is loaded, or on its way
 * @property {VersionRecord} record
 * @property {'loading' | 'ready' | 'failed' | 'due'} state `due`: failed, and the time for another try has come
 * @property {CountedVersion} [loaded]
 * @property {string} [error]
 * @property {number} failures
 * @property {NodeJS.Timeout} [timer]
 */

/**
 * @typedef {object} Live what new requests get
 * @property {CountedVersion} loaded
 * @property {number} version
 * @property {number} revision the registry's revision under which it went live
 * @property {string} configDigest of what it was loaded with
 */

/** Waits before loading again, in milliseconds; the last one repeats. */
const RETRY_MS = [500, 1000, 2000, 5000, 10_000, 30_000];

/**
 * Keeps the live version and the ones to keep warm loaded, and points new requests at the live one.
 *
 * `want` says what should be so; `#converge` makes the next step towards it, and is called again whenever something
 * has changed. The switch itself is one assignment to `#live`: when the wanted version is already warm, it happens
 * inside `want`, before anything is downloaded, loaded or reported.
 */
export class VersionSwitch {
  /** @type {Resolution | null} */
  #wanted = null;
  /** @type {Live | null} */
  #live = null;
  /** @type {Map<string, Slot>} by the record's digest */
  #slots = new Map();
  #closed = false;

  /**
   * @param {object} parts
   * @param {(record: VersionRecord) => Promise<import('./counted-version.js').Engine>} parts.load
   * @param {(config: Pick<VersionRecord, 'env' | 'serving'>) => string} parts.configDigest
   * @param {() => void} [parts.onChange] what is served, or what failed to load, has changed
   * @param {(line: string) => void} [parts.log]
   * @param {readonly number[]} [parts.retryMs]
   */
  constructor({ load, configDigest, onChange = () => {}, log = () => {}, retryMs = RETRY_MS }) {
    this.load = load;
    this.configDigest = configDigest;
    this.onChange = onChange;
    this.log = log;
    this.retryMs = retryMs;
  }

  /**
   * The newest resolution of the alias: serve its version, keep its others warm.
   * @param {Resolution} resolution
   */
  want(resolution) {
    this.#wanted = resolution;
    // Somebody has just asked for this version: if it had failed before, it gets its next try now.
    const slot = this.#slots.get(resolution.record.digest);
    if (slot?.state === 'failed') this.#due(slot);
    this.#converge();
  }

  /**
   * The live version, held for one request: it stays loaded until `release` is called. Null while none is loaded.
   * @returns {{version: number, revision: number, engine: CountedVersion['engine'], release: () => void} | null}
   */
  acquire() {
    const live = this.#live;
    if (!live) return null;
    live.loaded.enter();
    return {
      version: live.version,
      revision: live.revision,
      engine: live.loaded.engine,
      release: () => live.loaded.leave(),
    };
  }

  /** What the registry should hear; null while there is nothing to say. A version that does not load has no replica. */
  report() {
    const wanted = this.#wanted;
    const slot = wanted ? this.#slots.get(wanted.record.digest) : undefined;
    if (wanted && slot?.error !== undefined) {
      const { version, revision, record } = wanted;
      return { version, revision, configDigest: this.configDigest(record), readyReplicas: 0, replicas: 1 };
    }
    if (!this.#live) return null;
    const { version, revision, configDigest } = this.#live;
    return { version, revision, configDigest, readyReplicas: 1, replicas: 1 };
  }

  /** What is served and what is loaded, for people. */
  status() {
    const live = this.#live && { version: this.#live.version, revision: this.#live.revision };
    const loaded = [...this.#slots.values()].map(({ record, state, error }) => ({
      version: record.version,
      state: state === 'due' ? 'loading' : state,
      ...(error === undefined ? {} : { error }),
    }));
    return { live, wanted: this.#wanted?.version ?? null, loaded };
  }

  /** Lets go of everything; versions close as their last request leaves. */
  close() {
    this.#closed = true;
    this.#live = null;
    for (const slot of this.#slots.values()) {
      clearTimeout(slot.timer);
      slot.loaded?.retire();
    }
    this.#slots.clear();
  }

  #converge() {
    const wanted = this.#wanted;
    if (!wanted || this.#closed) return;
    this.#switchTo(wanted);
    this.#loadNext(wanted);
    this.#retireUnwanted(wanted);
  }

  /** @param {Resolution} wanted */
  #switchTo(wanted) {
    const slot = this.#slots.get(wanted.record.digest);
    const loaded = slot?.loaded;
    if (!loaded || (this.#live?.loaded === loaded && this.#live.revision === wanted.revision)) return;
    const { version, revision } = wanted;
    // Of the record that it was loaded from: that is what runs.
    this.#live = { loaded, version, revision, configDigest: this.configDigest(slot.record) };
    this.log(`serving v${version} from revision ${revision}`);
    this.onChange();
  }

  /**
   * The live version loads at once; the ones to keep warm one after another and never beside it, so that they take
   * no processor time from what is needed now.
   * @param {Resolution} wanted
   */
  #loadNext(wanted) {
    const missing = [wanted.record, ...wanted.keepWarm].find((record) => {
      const state = this.#slots.get(record.digest)?.state;
      return state === undefined || state === 'due';
    });
    const busy = [...this.#slots.values()].some((slot) => slot.state === 'loading');
    if (missing && (missing === wanted.record || !busy)) void this.#load(missing);
  }

  /** @param {VersionRecord} record */
  async #load(record) {
    const slot = this.#slots.get(record.digest) ?? { record, state: 'loading', failures: 0 };
    slot.state = 'loading';
    this.#slots.set(record.digest, slot);
    const began = performance.now();
    try {
      const loaded = new CountedVersion(await this.load(record));
      if (this.#closed) return loaded.retire();
      slot.loaded = loaded;
      slot.state = 'ready';
      delete slot.error;
      this.log(`loaded v${record.version} in ${Math.round(performance.now() - began)} ms`);
      void this.#watch(slot, loaded);
    } catch (error) {
      return this.#failed(slot, error);
    }
    // A while without a failure: the next one starts again with the short waits.
    slot.failures = 0;
    this.#converge();
  }

  /**
   * A version that ends without having been retired has crashed, and is loaded again.
   * @param {Slot} slot @param {CountedVersion} loaded
   */
  async #watch(slot, loaded) {
    const error = await loaded.engine.ended;
    if (!loaded.retired) this.#failed(slot, error);
  }

  /** @param {Slot} slot @param {unknown} error */
  #failed(slot, error) {
    if (this.#closed) return;
    if (this.#live && this.#live.loaded === slot.loaded) this.#live = null;
    delete slot.loaded;
    slot.state = 'failed';
    slot.error = error instanceof Error ? error.message : String(error);
    const wait = this.retryMs[Math.min(slot.failures, this.retryMs.length - 1)] ?? 0;
    slot.failures++;
    const still = this.#live ? `still serving v${this.#live.version}` : 'serving nothing';
    this.log(`v${slot.record.version} failed: ${slot.error}; ${still}; loading again in ${wait} ms`);
    slot.timer = setTimeout(() => {
      this.#due(slot);
      this.#converge();
    }, wait);
    this.onChange();
    this.#converge();
  }

  /** @param {Slot} slot */
  #due(slot) {
    clearTimeout(slot.timer);
    slot.state = 'due';
  }

  /** @param {Resolution} wanted */
  #retireUnwanted(wanted) {
    const kept = new Set([wanted.record, ...wanted.keepWarm].map((record) => record.digest));
    for (const [digest, slot] of this.#slots) {
      if (kept.has(digest) || slot.state === 'loading') continue;
      if (slot.loaded && slot.loaded === this.#live?.loaded) continue;
      clearTimeout(slot.timer);
      this.#slots.delete(digest);
      slot.loaded?.retire();
    }
  }
}
