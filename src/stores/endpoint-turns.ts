import { Turns, type TurnLimits } from './turns.js';

const MOST_IDLE = 1_000;

/**
 * The turns of all endpoints that this process asks. Each has its own, so that one that is slow or hangs holds up no
 * other; two stores that ask one endpoint share them.
 */
export class EndpointTurns {
  readonly #limits: TurnLimits;
  readonly #turns = new Map<string, Turns>();

  constructor(limits: TurnLimits = {}) {
    this.#limits = limits;
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
    const turns = new Turns(limits);
    this.#turns.set(endpoint, turns);
    return turns;
  }

  #forgetIdle(): void {
    for (const [endpoint, turns] of this.#turns) if (turns.idle) this.#turns.delete(endpoint);
  }
}
