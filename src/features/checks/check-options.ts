import type { Intervals } from '../../domain/check-schedule.js';

/** How often versions are checked, and for how many seconds the observations are kept. */
export class CheckOptions {
  constructor(
    readonly intervals: Intervals,
    readonly historySeconds: number,
  ) {}
}
