const RETRY_SECONDS = 60;

/** Whether anything is pinned, and how often every pin is looked at, in seconds. */
export class PinSettings {
  constructor(
    readonly enabled: boolean,
    readonly intervalSeconds: number,
  ) {}

  /** How long a store that did not answer is left alone, in seconds. */
  get retrySeconds(): number {
    return Math.min(RETRY_SECONDS, this.intervalSeconds);
  }
}
