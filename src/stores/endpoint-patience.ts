import type { Asking } from './artifact-store.js';
import type { AskedWait } from './asked-wait.js';
import { OutboundError } from './outbound/outbound-error.js';
import { QuietTime } from './quiet-time.js';

/** An endpoint that asked to be left alone, and what came of it. */
export interface WaitBegun {
  /** Its host, or host and port. */
  readonly endpoint: string;
  readonly until: Date;
}

const LEAST_MS = 1_000;
// Where the answer does not say how long.
const USUAL_MS = 5_000;
// Each time that it asks again without having answered between, twice as long.
const MOST_GROWN_MS = 5 * 60_000;
/** The longest that an endpoint can ask for, in milliseconds: whoever runs it must not keep us from looking for good. */
export const MOST_WAIT_MS = 10 * 60_000;
/** Somebody waits for what is urgent, so that is tried again this soon, one request at a time. */
export const URGENT_WAIT_MS = 5_000;

/** Keeps to what one endpoint asks for when it says that it is asked too much. */
export class EndpointPatience {
  readonly #usual = new QuietTime();
  readonly #urgent = new QuietTime();
  #inARow = 0;

  /**
   * `begun` is told of each time that begins; not of one that becomes longer while it lasts. `mostMs` is the longest one.
   */
  constructor(
    private readonly endpoint: string,
    private readonly begun: (wait: WaitBegun) => void = () => undefined,
    private readonly mostMs = MOST_WAIT_MS,
  ) {}

  /** Whether it asked to be left alone now. */
  get isWaiting(): boolean {
    return this.#usual.isNow;
  }

  /** Notes that an answer of it asked to wait. Returns until when it is left alone. */
  asked({ ms }: AskedWait): Date {
    const isNew = !this.#usual.isNow;
    if (isNew) this.#inARow = this.#usual.isUnsettled ? this.#inARow + 1 : 1;
    const grown = Math.min(MOST_GROWN_MS, (ms === null ? USUAL_MS : LEAST_MS) * 2 ** (this.#inARow - 1));
    const wait = Math.min(this.mostMs, Math.max(ms ?? 0, grown));
    this.#usual.begin(wait);
    this.#urgent.begin(Math.min(wait, URGENT_WAIT_MS));
    const until = this.#until;
    if (isNew) this.begun({ endpoint: this.endpoint, until });
    return until;
  }

  /** Throws an OutboundError where a request would not be sent now: nobody has to wait for a turn to hear that. */
  require({ urgent, pressing }: Asking): void {
    if (pressing === true) return;
    if ((urgent === true ? this.#urgent : this.#usual).isNow) throw this.#refusal();
  }

  /**
   * Sends a request whose turn has come. Throws an OutboundError where the endpoint asked to wait, the signal's reason, and
   * what the request throws.
   */
  async run<T>({ signal, urgent, pressing }: Asking, request: () => Promise<T>): Promise<T> {
    if (pressing === true) return request();
    return (urgent === true ? this.#urgent : this.#usual).run(signal, () => this.#refusal(), request);
  }

  // A date has whole milliseconds only: whoever comes back at that time must not find that a part of one is left.
  get #until(): Date {
    return new Date(Date.now() + Math.ceil(this.#usual.leftMs) + 1);
  }

  #refusal(): OutboundError {
    const until = this.#until;
    const text = `${this.endpoint} asked to be left alone, and is asked again after ${until.toISOString().slice(0, 19)}Z`;
    return new OutboundError('unreachable', text, until);
  }
}
