/** Chance that a seed repeats: Marsaglia's xorshift with the triple 13, 17, 5, "Xorshift RNGs" (2003). */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Zero would stay zero; and neighbouring seeds should not begin alike.
    this.state = Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995 || 1;
    for (let warmUp = 0; warmUp < 8; warmUp += 1) this.next();
  }

  /** At least 0 and below 1. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of several. Throws where there is none. */
  pick<T>(from: readonly T[]): T {
    const found = from[this.whole(0, from.length - 1)];
    if (found === undefined) throw new RangeError('there is nothing to pick from');
    return found;
  }

  /** One of the names, each as likely as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let left = this.next() * names.reduce((sum, name) => sum + weights[name], 0);
    return names.find((name) => (left -= weights[name]) < 0) ?? this.pick(names);
  }
}
