/**
 * Time that several readings at once share: each is given its part, so that the parts of all come to the time that
 * passed while at least one was under way. In milliseconds.
 */
export class SharedTime {
  private underWay = 0;
  private given = 0;
  private last = 0;

  /** `now` tells the time in milliseconds, and never goes back. */
  constructor(private readonly now = (): number => performance.now()) {}

  /** Begins a reading. `part` tells what it was given so far, also after `end`, which ends it. */
  begin(): { part: () => number; end: () => void } {
    const before = this.settle();
    let whole: number | null = null;
    const part = (): number => whole ?? this.settle() - before;
    const end = (): void => {
      if (whole !== null) return;
      whole = part();
      this.underWay -= 1;
    };
    this.underWay += 1;
    return { part, end };
  }

  private settle(): number {
    const now = this.now();
    if (this.underWay > 0) this.given += (now - this.last) / this.underWay;
    this.last = now;
    return this.given;
  }
}
