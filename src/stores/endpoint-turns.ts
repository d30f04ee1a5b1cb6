import { EndpointPatience, type WaitBegun } from './endpoint-patience.js';
import { Turns, type TurnLimits } from './turns.js';

const MOST_IDLE = 1_000;

/**
 * The turns of all endpoints that this process asks. Each has its own, so that one that is slow or hangs or asks to be
 * left alone holds up no other; two stores that ask one endpoint share them.
 */
export class EndpointTurns {
  readonly #limits: TurnLimits;
  readonly #turns = new Map<string, Turns>();
  readonly #begun: (wait: WaitBegun) => void;
  #waits = 0;

  /** `onWait` is told of each time for which an endpoint asked to be left alone, when it begins. */
  constructor(limits: TurnLimits = {}, onWait: (wait: WaitBegun) => void = () => undefined) {
    this.#limits = limits;
    this.#begun = (wait) => {
      this.#waits += 1;
      onWait(wait);
    };
  }

  /** How often an endpoint asked to be left alone so far, and how many are left alone now. */
  get waits(): { total: number; now: number } {
    return { total: this.#waits, now: [...this.#turns.values()].filter(({ patience }) => patience.isWaiting).length };
  }

  /** Those of a server: `host` or `host:port`, as URLs have it. */
  host(host: string): Turns {
    return this.#of(host, this.#limits);
  }

  /** Those of a folder of this machine. A disk counts no requests, so there are as many a second as there can be. */
  folder(path: string): Turns {
    return this.#of(`file://${path}`, { ...this.#limits, requestsPerSecond: 0 });
  }

  #of(endpoint: string, limits: TurnLimits): Turns {
    const known = this.#turns.get(endpoint);
    if (known) return known;
    // Names of hosts come from users' URIs, and there may be any number of them.
    if (this.#turns.size >= MOST_IDLE) this.#forgetIdle();
    const turns = new Turns(limits, new EndpointPatience(endpoint, this.#begun, limits.mostWaitMs));
    this.#turns.set(endpoint, turns);
    return turns;
  }

  #forgetIdle(): void {
    for (const [endpoint, turns] of this.#turns) if (turns.idle) this.#turns.delete(endpoint);
  }
}
