import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Lets registrations take turns before they take a database connection. They wait for each other anyway, on their model's
 * row; waiting there, a burst of them would hold every connection of the pool, and a rollback must never wait for that.
 */
export class RegistrationTurns {
  private readonly all: LimitFunction;
  private readonly byModel = new Map<string, LimitFunction>();

  /** @param atOnce how many registrations may hold a connection, those of different models together */
  constructor(atOnce: number) {
    this.all = pLimit(Math.max(1, atOnce));
  }

  /** Runs `work` in its turn: one at a time for a model, in the order in which they came. */
  async run<T>(model: string, work: () => Promise<T>): Promise<T> {
    const turn = this.byModel.get(model) ?? pLimit(1);
    this.byModel.set(model, turn);
    try {
      return await turn(() => this.all(work));
    } finally {
      if (turn.activeCount === 0 && turn.pendingCount === 0) this.byModel.delete(model);
    }
  }
}
