/** One operation of a history, by the clock of whoever records it. */
export interface Operation<Input, Result> {
  readonly id: number;
  readonly input: Input;
  /** When it was called, in milliseconds of a monotonic clock. */
  readonly invoked: number;
  /** When its answer was in hand, by the same clock; infinite where none came, as it may then still happen at any time. */
  readonly returned: number;
  /** What it answered; null where nobody knows whether it happened. */
  readonly result: Result | null;
}

/** What the objects under test promise, one operation at a time. */
export interface Model<State, Op> {
  readonly initial: State;
  /**
   * The state after an operation, or null where it cannot have given its answer in this state. An operation whose result is
   * unknown gives null where it would change nothing: leaving it out is then the same.
   */
  apply(state: State, operation: Op): State | null;
  /** A text that is the same for equal states, and only for those. */
  key(state: State): string;
  /** A measure of the state that no operation lowers. */
  level(state: State): number;
  /** The highest level at which an operation can still give its answer; infinite where its answer does not say. */
  ceiling(operation: Op): number;
}
