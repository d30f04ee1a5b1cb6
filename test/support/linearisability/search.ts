import type { Model } from './operation.js';

/** What the search needs to know of an operation; see `Operation`. */
interface Timed {
  readonly invoked: number;
  readonly returned: number;
  readonly result: unknown;
}

/** What came of a search. */
export type Verdict<Op> =
  | { readonly linearisable: true; readonly steps: number; readonly order: readonly Op[] }
  | {
      readonly linearisable: false;
      readonly steps: number;
      /** False where the search was given up before it had tried everything: nothing is proven then. */
      readonly exhaustive: boolean;
      /** The longest order found. */
      readonly order: readonly Op[];
      /** Those that would have to follow it in some order, and cannot. */
      readonly stuck: readonly Op[];
    };

interface Frame<State> {
  readonly state: State;
  /** Index of the earliest call that has an answer and no place yet. */
  readonly first: number;
  /** Index into `byCeiling` of the lowest ceiling without a place. */
  readonly lowest: number;
  /** Who has an answer and may come next, and how many of them were tried. */
  readonly candidates: readonly number[];
  tried: number;
  /** The earliest answer among the operations without a place. */
  readonly until: number;
  /** Index of the next to be tried of those without an answer. They come last, as they fit nearly anywhere. */
  unheard: number;
  /** An operation that would never get a place if what was tried came next; -1 where there was none. */
  leftBehind: number;
  /** The operation that led here; -1 at the start. */
  readonly by: number;
}

/**
 * Searches an order of the operations in which each takes effect at one instant between its call and its answer, and gives
 * the answer it gave: Wing and Gong, "Testing and verifying concurrent objects" (1993), with Lowe's memory of
 * configurations already tried, "Testing for linearizability" (2017). An operation without an answer may take any place
 * after its call, or none.
 *
 * @param most steps to take before giving up
 */
export function checkLinearisable<State, Op extends Timed>(
  operations: readonly Op[],
  model: Model<State, Op>,
  most = 20_000_000,
): Verdict<Op> {
  return new Search(operations, model, most).run();
}

class Search<State, Op extends Timed> {
  /** Operations with an answer, by call; those without one behind them, by call. */
  private readonly operations: readonly Op[];
  private readonly answered: number;
  private readonly byCeiling: readonly number[];
  private readonly ceilings: readonly number[];
  private readonly placed: Uint32Array;
  private readonly seen = new Set<string>();
  private readonly stack: Frame<State>[] = [];
  private best: { order: readonly Op[]; stuck: readonly Op[] } = { order: [], stuck: [] };
  private steps = 0;

  constructor(
    operations: readonly Op[],
    private readonly model: Model<State, Op>,
    private readonly most: number,
  ) {
    const byCall = operations.toSorted((a, b) => a.invoked - b.invoked);
    const known = byCall.filter((one) => one.result !== null);
    this.operations = [...known, ...byCall.filter((one) => one.result === null)];
    this.answered = known.length;
    this.ceilings = known.map((one) => model.ceiling(one));
    this.byCeiling = known.map((_, index) => index).toSorted((a, b) => this.ceilingOf(a) - this.ceilingOf(b));
    this.placed = new Uint32Array(Math.ceil(this.operations.length / 32) || 1);
  }

  run(): Verdict<Op> {
    this.push(this.model.initial, -1, 0, 0);
    for (let frame = this.stack.at(-1); frame; frame = this.stack.at(-1)) {
      if (frame.first === this.answered) return { linearisable: true, steps: this.steps, order: this.order() };
      const next = this.nextCandidate(frame);
      if (next === null) this.pop();
      else if (this.steps++ < this.most) this.tryOut(frame, next);
      else return this.givenUp();
    }
    return { linearisable: false, steps: this.steps, exhaustive: true, ...this.best };
  }

  private givenUp(): Verdict<Op> {
    this.remember();
    return { linearisable: false, steps: this.most, exhaustive: false, ...this.best };
  }

  private remember(): void {
    const frame = this.stack.at(-1);
    const placed = this.stack.length - 1;
    if (!frame || (placed <= this.best.order.length && this.best.stuck.length > 0)) return;
    const stuck = new Set([...frame.candidates, frame.leftBehind].filter((index) => index >= 0));
    this.best = { order: this.order(), stuck: [...stuck].map((index) => this.operation(index)) };
  }

  private tryOut(frame: Frame<State>, index: number): void {
    const state = this.model.apply(frame.state, this.operation(index));
    if (state === null) return;
    this.flip(index);
    const first = this.skipPlaced(frame.first);
    const lowest = this.skipPlaced(frame.lowest, this.byCeiling);
    const ceiling = this.byCeiling[lowest];
    // Somebody whose answer belongs to a lower level would be left behind for good.
    const hopeless = ceiling !== undefined && this.model.level(state) > this.ceilingOf(ceiling);
    if (hopeless) frame.leftBehind = ceiling;
    if (hopeless || !this.isNew(first, state)) this.flip(index);
    else this.push(state, index, first, lowest);
  }

  private push(state: State, by: number, first: number, lowest: number): void {
    const { candidates, until } = this.candidates(first);
    const unheard = this.answered;
    this.stack.push({ state, first, lowest, candidates, tried: 0, until, unheard, leftBehind: -1, by });
  }

  /** Whether this configuration comes up for the first time. Everything before `first` has its place. */
  private isNew(first: number, state: State): boolean {
    const { placed, answered } = this;
    const until = first < answered ? this.operation(first).returned : -Infinity;
    let key = `${first}`;
    for (let at = first + 1; at < answered && this.operation(at).invoked <= until; at += 1) {
      if (this.isPlaced(at)) key += `,${at}`;
    }
    for (let word = answered >>> 5; word < placed.length; word += 1) {
      if (placed[word] !== 0) key += `;${word}=${(placed[word] ?? 0) >>> 0}`;
    }
    key += ` ${this.model.key(state)}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  private nextCandidate(frame: Frame<State>): number | null {
    const known = frame.candidates[frame.tried];
    if (known !== undefined) {
      frame.tried += 1;
      return known;
    }
    for (let at = frame.unheard; at < this.operations.length; at += 1) {
      if (this.operation(at).invoked > frame.until) break;
      if (this.isPlaced(at)) continue;
      frame.unheard = at + 1;
      return at;
    }
    return null;
  }

  private pop(): void {
    this.remember();
    const frame = this.stack.pop();
    if (frame && frame.by >= 0) this.flip(frame.by);
  }

  /**
   * Who may come next: whoever was called before the earliest answer among those without a place. In order of calls, none
   * that was called after that answer can have answered earlier.
   */
  private candidates(first: number): { candidates: number[]; until: number } {
    const candidates: number[] = [];
    let until = Infinity;
    for (let index = first; index < this.answered && this.operation(index).invoked <= until; index += 1) {
      if (this.isPlaced(index)) continue;
      candidates.push(index);
      until = Math.min(until, this.operation(index).returned);
    }
    return { candidates, until };
  }

  private skipPlaced(from: number, via?: readonly number[]): number {
    let at = from;
    while (at < this.answered && this.isPlaced(via?.[at] ?? at)) at += 1;
    return at;
  }

  private isPlaced(index: number): boolean {
    return ((this.placed[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  private flip(index: number): void {
    this.placed[index >>> 5] = (this.placed[index >>> 5] ?? 0) ^ (1 << (index & 31));
  }

  private order(): Op[] {
    return this.stack.slice(1).map((frame) => this.operation(frame.by));
  }

  private operation(index: number): Op {
    const found = this.operations[index];
    if (!found) throw new RangeError(`there is no operation ${index}`);
    return found;
  }

  private ceilingOf(index: number): number {
    return this.ceilings[index] ?? Infinity;
  }
}
