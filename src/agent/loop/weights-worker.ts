import type { AssignmentView } from '../../contract/node-views.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import { keyOf, nameOf, type NodeCache, type VersionKey } from '../cache/index.js';
import type { Downloads, Progress, VersionResult } from '../download/index.js';
import { Attempts } from './attempts.js';
import { nextWeights, type NextWeights } from './next-weights.js';
import type { NodeState } from './node-state.js';
import { part, partOf, sizeOf } from './parts.js';

export interface WeightsOptions {
  readonly cache: NodeCache;
  readonly downloads: Pick<Downloads, 'fetch'>;
  readonly state: NodeState;
  readonly log: StructuredLog;
  /** Between two tries of a version that failed; in milliseconds. */
  readonly retry: { readonly baseMs: number; readonly capMs: number };
}

/** Brings the weights that are assigned and may be fetched into the cache, one version at a time. */
export class WeightsWorker {
  readonly #attempts: Attempts;
  #current: { readonly name: string; readonly stop: AbortController } | null = null;
  #evicting: VersionKey | null = null;

  constructor(private readonly options: WeightsOptions) {
    this.#attempts = new Attempts(options.retry);
    options.state.onChange(() => this.#reconsider());
  }

  async run(signal: AbortSignal): Promise<void> {
    const bell = this.options.state.bell();
    for (;;) {
      signal.throwIfAborted();
      const next = this.#next();
      if (next.fetch === null) await bell.wait(next.lookAgainMs, signal);
      else await this.#fetch(next.fetch, signal);
    }
  }

  #next(): NextWeights {
    const { state, cache } = this.options;
    const facts = {
      isResident: (one: AssignmentView) => cache.isResident(one),
      isUnderWay: (one: AssignmentView) => this.#current?.name === nameOf(one),
      retryAt: (one: AssignmentView) => this.#attempts.of(nameOf(one))?.retryAt,
    };
    return nextWeights(state.assignments, facts, performance.now());
  }

  /** With another list, what failed may work; and what is being fetched may not come first any more, or at all. */
  #reconsider(): void {
    this.#attempts.keepOnly(new Set(this.options.state.assignments.map((one) => nameOf(one))));
    this.#attempts.retryNow();
    if (this.#current === null) return;
    const { fetch } = this.#next();
    if (fetch === null || nameOf(fetch) !== this.#current.name) this.#current.stop.abort();
  }

  async #fetch(assignment: AssignmentView, signal: AbortSignal): Promise<void> {
    const { downloads, state, log } = this.options;
    const { model, version, artifacts } = assignment;
    const name = nameOf(assignment);
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#current = { name, stop };
    state.setWeights(assignment, part('downloading', { bytesTotal: sizeOf(artifacts) }));
    try {
      const result = await downloads.fetch({
        model,
        version,
        artifacts,
        protectedVersions: () => state.protectedVersions(),
        onProgress: (progress) => this.#told(assignment, progress),
        signal: stop.signal,
      });
      this.#ended(assignment, result);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      signal.throwIfAborted();
      log.info({}, `${name} is left for later: something else comes first, or it is not wanted any more`);
      state.setWeights(assignment, null);
    } finally {
      this.#current = null;
      signal.removeEventListener('abort', onAbort);
    }
  }

  #told(assignment: AssignmentView, progress: Progress): void {
    const { state } = this.options;
    if (this.#evicting !== null) state.setWeights(this.#evicting, null);
    this.#evicting = progress.state === 'evicting' ? keyOf(progress.text ?? '') : null;
    if (this.#evicting !== null) state.setWeights(this.#evicting, part('evicting'));
    // How it ended is told together with when it is tried again.
    if (progress.state !== 'failed' && progress.state !== 'resident') state.setWeights(assignment, partOf(progress));
  }

  #ended(assignment: AssignmentView, result: VersionResult): void {
    const { state, log } = this.options;
    const name = nameOf(assignment);
    const { bytesFetched } = result;
    if (result.state === 'resident') {
      this.#attempts.worked(name);
      state.setWeights(assignment, null);
      log.info({ bytesFetched }, `${name} is resident`);
      return;
    }
    const { count } = this.#attempts.failed(name, result.text);
    const { text, code } = result;
    state.setWeights(assignment, part('failed', { bytesTotal: sizeOf(assignment.artifacts), reason: text }));
    log.warn({ code, bytesFetched, failures: count }, `${name} could not be fetched, and is tried again: ${text}`);
  }
}
