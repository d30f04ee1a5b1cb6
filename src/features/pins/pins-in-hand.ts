import type { DuePin, PinKind } from './pin.repository.js';
import type { Steps } from './steps.js';

// Each keeps in memory what it has seen. What finds no room begins anew in a later turn, with what is pinned by then.
const MOST = 8;

/** Work on a pin, and the pin as it is in this turn. */
export interface BegunPin {
  pin: DuePin;
  readonly steps: Steps;
}

/** Pins that a job has begun and left for somebody who waited, and how far it has come with each. */
export class PinsInHand {
  readonly #begun = new Map<number, BegunPin>();

  constructor(private readonly kind: PinKind) {}

  get ids(): number[] {
    return [...this.#begun.keys()];
  }

  get isEmpty(): boolean {
    return this.#begun.size === 0;
  }

  has({ pin }: BegunPin): boolean {
    return this.#begun.has(pin.id);
  }

  /** Those that are still due, which are gone on with. Leaves all others: what was seen of them holds no more. */
  async goOn(due: readonly DuePin[]): Promise<BegunPin[]> {
    const pins = new Map(due.map((pin) => [pin.id, pin]));
    for (const [id, begun] of this.#begun) {
      const pin = pins.get(id);
      // What was released meanwhile and is needed again has lost pins that were seen.
      if (pin !== undefined && (this.kind === 'unneeded' || pin.releases === begun.pin.releases)) begun.pin = pin;
      else {
        this.#begun.delete(id);
        await begun.steps.end();
      }
    }
    return [...this.#begun.values()];
  }

  /** Keeps a pin until the next turn, where there is room. */
  async keep(begun: BegunPin): Promise<void> {
    if (this.#begun.size < MOST || this.has(begun)) this.#begun.set(begun.pin.id, begun);
    else await begun.steps.end();
  }

  /** Lets go of a pin that is done, or that failed. */
  letGo({ pin }: BegunPin): void {
    this.#begun.delete(pin.id);
  }

  /** Leaves them all. */
  async end(): Promise<void> {
    await this.goOn([]);
  }
}
