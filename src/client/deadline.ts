/** Why a `Deadline` fired, as the abort reason. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';

  constructor(readonly ms: number) {
    super(`no answer within ${ms / 1000} s`);
  }
}

/**
 * An abort signal that fires when `ms` milliseconds pass without `touch`, or when the caller's signal does.
 * (`AbortSignal.any` would do, but on Node 20 it leaks a little with each call on a signal that lives long.)
 * Always `clear` it: it holds a timer and a listener.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    private readonly outer?: AbortSignal,
  ) {
    if (outer?.aborted) this.forward();
    else outer?.addEventListener('abort', this.forward, { once: true });
    this.touch();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** True when the caller gave up, rather than the time running out. */
  get cancelled(): boolean {
    return this.outer?.aborted ?? false;
  }

  /** Starts the time anew. */
  touch(): void {
    clearTimeout(this.timer);
    if (this.ms === Infinity) return;
    this.timer = setTimeout(() => this.controller.abort(new DeadlineExceeded(this.ms)), this.ms);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.forward);
  }

  private readonly forward = (): void => this.controller.abort(this.outer?.reason);
}
