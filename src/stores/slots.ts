/** A number of places. Whoever finds none free waits, in the order of coming. */
export class Slots {
  #free: number;
  readonly #waiting: ((entered: boolean) => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Takes a place as soon as one is free. False: the wait was ended by `dismiss`, and there is no place to leave. */
  async enter(): Promise<boolean> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return true;
  }

  /** Gives a place back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next(true);
    else this.#free += 1;
  }

  /** Ends the wait of all who wait now. */
  dismiss(): void {
    for (const tell of this.#waiting.splice(0)) tell(false);
  }
}
