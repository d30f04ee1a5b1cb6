import type { CheckRoundsView, CheckRoundView } from '../client/index.js';
import { ago, duration } from './format.js';

/** When all that a version needs was last looked at and read, and when that comes again, one line each. */
export function scheduleText({ look, deep }: CheckRoundsView, now: Date): string {
  return [`looked at ${whenText(look, now)}`, `read      ${whenText(deep, now)}`].join('\n');
}

function whenText(round: CheckRoundView | null, now: Date): string {
  const last = round?.completedAt == null ? 'never as a whole' : ago(round.completedAt, now);
  if (round?.underWay) return `${last}; under way now`;
  if (round?.dueAt == null) return `${last}; not again unless it is asked for`;
  const ms = Date.parse(round.dueAt) - now.getTime();
  return ms > 0 ? `${last}; again in ${duration(ms)}` : `${last}; due for ${duration(-ms)}`;
}
