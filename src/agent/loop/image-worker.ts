import { reasonOf } from '../../platform/telemetry/reason-of.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import type { ImageRuntime } from '../image/index.js';
import { Attempts } from './attempts.js';
import { nextImage, type NextImage } from './next-image.js';
import type { NodeState } from './node-state.js';
import { part } from './parts.js';

export interface ImagesOptions {
  readonly runtime: ImageRuntime;
  readonly state: NodeState;
  readonly log: StructuredLog;
  readonly retry: { readonly baseMs: number; readonly capMs: number };
  /** How often the runtime is asked whether it still has an image; in milliseconds. */
  readonly lookEveryMs: number;
}

/** Has the node's runtime pull the images that are assigned, one at a time, and looks whether they are still there. */
export class ImageWorker {
  readonly #attempts: Attempts;
  readonly #seen = new Map<string, { at: number; isPresent: boolean }>();
  #current: { readonly image: string; readonly stop: AbortController } | null = null;

  constructor(private readonly options: ImagesOptions) {
    this.#attempts = new Attempts(options.retry);
    options.state.onChange(() => this.#reconsider());
  }

  async run(signal: AbortSignal): Promise<void> {
    const bell = this.options.state.bell();
    for (;;) {
      signal.throwIfAborted();
      const next = this.#next();
      if (next.step === 'wait') await bell.wait(next.lookAgainMs, signal);
      else await this.#take(next.image, signal, next.step === 'look' ? this.#look : this.#pull);
    }
  }

  #next(): NextImage {
    const facts = {
      seenAt: (image: string) => this.#seen.get(image)?.at,
      isPresent: (image: string) => this.#seen.get(image)?.isPresent ?? false,
      retryAt: (image: string) => this.#attempts.of(image)?.retryAt,
    };
    const { state, lookEveryMs } = this.options;
    return nextImage(state.assignments, facts, { nowMs: performance.now(), lookEveryMs });
  }

  #reconsider(): void {
    const wanted = this.options.state.assignments.filter(({ image }) => image !== null);
    const images = new Set(wanted.map(({ image }) => image ?? ''));
    this.#attempts.keepOnly(images);
    this.#attempts.retryNow();
    for (const image of this.#seen.keys()) if (!images.has(image)) this.#seen.delete(image);
    if (this.#current && !images.has(this.#current.image)) this.#current.stop.abort();
  }

  async #take(
    image: string,
    signal: AbortSignal,
    step: (image: string, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { state, log } = this.options;
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#current = { image, stop };
    try {
      await step(image, stop.signal);
      this.#attempts.worked(image);
    } catch (error) {
      signal.throwIfAborted();
      if (stop.signal.aborted) return;
      const reason = reasonOf(error);
      const { count } = this.#attempts.failed(image, reason);
      state.setImage(image, part('failed', { reason }));
      log.warn({ failures: count }, `the image ${image} is not here, and is tried again: ${reason}`);
    } finally {
      this.#current = null;
      signal.removeEventListener('abort', onAbort);
    }
  }

  readonly #look = async (image: string, signal: AbortSignal): Promise<void> => {
    const { runtime, state } = this.options;
    const isPresent = await runtime.has(image, signal);
    this.#seen.set(image, { at: performance.now(), isPresent });
    state.setImage(image, isPresent ? part('resident') : null);
  };

  readonly #pull = async (image: string, signal: AbortSignal): Promise<void> => {
    const { runtime, state, log } = this.options;
    state.setImage(image, part('downloading'));
    await runtime.pull(image, signal, (said) => state.setImage(image, part('downloading', { reason: said })));
    // The runtime's own word counts only once it says that it has the image.
    if (!(await runtime.has(image, signal))) throw new Error(`${runtime.name} pulled it and does not have it`);
    this.#seen.set(image, { at: performance.now(), isPresent: true });
    state.setImage(image, part('resident'));
    log.info({ runtime: runtime.name }, `the image ${image} is here`);
  };
}
