import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckRequestView, CheckRoundsView } from '../client/index.js';
import { CommandFailure } from './command-failure.js';
import { EXIT } from './exit-codes.js';
import { duration } from './format.js';
import { pinsLeft, pinsSeen, type PinsSeen } from './pins-seen.js';
import type { Session } from './run-command.js';
import { unlessUnreachable } from './unless-unreachable.js';

const POLL_MS = 250;

interface Asked {
  readonly asked: CheckRequestView;
  /** When each of its pins was looked at before it was asked for. */
  readonly pins: PinsSeen;
  readonly timeoutMs: number;
}

/**
 * Waits until all that was asked for has been looked at, and read where that was asked for: the rounds that answer it, or
 * later ones, are over, and each of its pins was looked at since.
 * @throws CommandFailure when `timeoutMs` is over first, or the registry cannot say; what was asked for goes on
 */
export async function waitForChecks(
  { client }: Session,
  { model, version }: { model: string; version: number },
  { asked, pins, timeoutMs }: Asked,
): Promise<void> {
  const { rounds: told }: { rounds?: CheckRequestView['rounds'] } = asked;
  if (told === undefined) throw older(model, version);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const rounds = await unlessUnreachable(client.checkRounds(model, version));
    const over = rounds !== null && isOver(rounds, asked);
    const seen = over ? await unlessUnreachable(client.checks(model, version)) : null;
    const left = seen === null ? null : pinsLeft(pins, pinsSeen(seen));
    if (left === 0) return;
    if (performance.now() >= deadline)
      throw left === null
        ? late(model, version, rounds, { asked, timeoutMs })
        : pinsLate(model, version, left, timeoutMs);
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

function pinsLate(model: string, version: number, left: number, timeoutMs: number): CommandFailure {
  const detail =
    `All but ${left === 1 ? 'one pin' : `${left} pins`} was looked at. Pins wait for their turn in the sweeps; ` +
    `they are looked at all the same. Waited ${duration(timeoutMs)}; --timeout waits longer.`;
  const next = `lastgood checks ${model} v${version}`;
  return new CommandFailure('timed-out', EXIT.timedOut, 'Not all of it has been looked at yet', detail, next);
}

function older(model: string, version: number): CommandFailure {
  const detail = 'The registry is older than this command and does not say when. It is asked for, and goes on.';
  const next = `lastgood checks ${model} v${version}`;
  return new CommandFailure('timed-out', EXIT.timedOut, 'Nobody can wait for it', detail, next);
}
