import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckRequestView, CheckRoundsView } from '../client/index.js';
import { CommandFailure } from './command-failure.js';
import { EXIT } from './exit-codes.js';
import { duration } from './format.js';
import type { Session } from './run-command.js';
import { unlessUnreachable } from './unless-unreachable.js';

const POLL_MS = 250;

/**
 * Waits until all that was asked for has been looked at, and read where that was asked for: the rounds that answer it, or
 * later ones, are over.
 * @throws CommandFailure when `timeoutMs` is over first; what was asked for goes on
 */
export async function waitForChecks(
  { client }: Session,
  { model, version }: { model: string; version: number },
  { asked, timeoutMs }: { asked: CheckRequestView; timeoutMs: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const rounds = await unlessUnreachable(client.checkRounds(model, version));
    if (rounds !== null && isOver(rounds, asked)) return;
    if (performance.now() >= deadline) throw late(model, version, rounds, { asked, timeoutMs });
    await sleep(POLL_MS);
  }
}

function isOver(rounds: CheckRoundsView, { rounds: asked }: CheckRequestView): boolean {
  const answers = (depth: 'look' | 'deep'): boolean => {
    const [round, first] = [rounds[depth], asked[depth]];
    return first === null || (round !== null && round.completedNumber >= first);
  };
  return answers('look') && answers('deep');
}

function late(
  model: string,
  version: number,
  rounds: CheckRoundsView | null,
  { asked, timeoutMs }: { asked: CheckRequestView; timeoutMs: number },
): CommandFailure {
  const look = rounds?.look ?? null;
  const begun = look !== null && (look.underWay || look.number >= asked.rounds.look);
  const why =
    rounds === null
      ? 'The registry stopped answering.'
      : begun
        ? 'It is under way, and goes on.'
        : 'No worker has begun: see that one runs (`lastgood worker`; `lastgood up` has one inside) and reaches the queue.';
  const detail = `${why} Waited ${duration(timeoutMs)}; --timeout waits longer.`;
  const next = begun ? `lastgood checks ${model} v${version}` : 'lastgood jobs';
  return new CommandFailure('timed-out', EXIT.timedOut, 'Not all of it has been looked at yet', detail, next);
}
