import { Injectable } from '@nestjs/common';
import { inPieces } from '../../domain/in-pieces.js';
import { JobHandlers, type JobContext } from '../../platform/queue/index.js';
import { RecordChecks, type Observation } from '../checks/index.js';
import { inParallel } from './in-parallel.js';
import { PINS_RECONCILE, type PinScope } from './pin-jobs.js';
import { PinSettings } from './pin-settings.js';
import { PinTally } from './pin-tally.js';
import { PinTurns, type PinTurn } from './pin-turns.repository.js';
import { PinRepository, type DuePin, type PinKind, type PinOutcome } from './pin.repository.js';
import { PinsInHand, type BegunPin } from './pins-in-hand.js';
import { ReleasePin } from './release-pin.js';
import { SetPin } from './set-pin.js';
import { Steps } from './steps.js';
import { WantedPinsRepository } from './wanted-pins.repository.js';

const MODELS = 200;
const BATCH = 64;
const AT_ONCE = 8;
// An image may be shared by very many versions.
const CHECKS_AT_ONCE = 1000;

/** What a job works through: which pins, and what it has of them in hand. */
interface Round {
  readonly kind: PinKind;
  readonly scope: PinScope;
  readonly before: Date;
  readonly hand: PinsInHand;
  readonly surprises: unknown[];
  readonly signal: AbortSignal;
}

/**
 * Brings the pins of the stores in line with the protected versions: first what is wanted, then what is missing or was
 * taken away, last what nobody needs any more. Everything that is done is noted at once, so a worker that is killed
 * leaves the rest due, and the next one goes on there. A batch at a time, and less where somebody waits, so that a move's
 * pins wait for no long sweep, and for no pin of a prefix with very many objects: that is left after a group of them, and
 * gone on with in the next turn.
 */
@Injectable()
export class ReconcilePins {
  constructor(
    private readonly wanted: WantedPinsRepository,
    private readonly pins: PinRepository,
    private readonly turns: PinTurns,
    private readonly setPin: SetPin,
    private readonly releasePin: ReleasePin,
    private readonly recordChecks: RecordChecks,
    private readonly settings: PinSettings,
    handlers: JobHandlers,
  ) {
    handlers.handle(PINS_RECONCILE, (data, context) => this.execute(data, context));
  }

  async execute(scope: PinScope, { signal }: JobContext): Promise<void> {
    const before = await this.pins.ago(this.ageOf(scope));
    const wanted = new Steps(() => this.align(scope));
    const surprises: unknown[] = [];
    for (const kind of ['needed', 'unneeded'] as const) {
      const round = { kind, scope, before, hand: new PinsInHand(kind), surprises, signal };
      try {
        for (let left = true; left;) {
          left = await this.turns.take(signal, async (turn) => {
            // The first batch in the turn in which that ends: a prefix that is under way could else come between, and a
            // move's pins would wait for a group of it twice.
            return (await wanted.goOn(turn)) ? this.batch(round, turn) : true;
          });
        }
      } finally {
        await round.hand.end();
      }
    }
    if (surprises.length > 0) throw new AggregateError(surprises);
  }

  // Half the interval: what was looked at late in the last sweep is looked at in this one all the same.
  private ageOf(scope: PinScope): number {
    if (!('of' in scope)) return 0;
    const { intervalSeconds, retrySeconds } = this.settings;
    return (scope.of === 'all' ? intervalSeconds : retrySeconds) / 2;
  }

  private async *align(scope: PinScope): AsyncGenerator<void, void> {
    if ('of' in scope && scope.of === 'unreachable') return;
    if (!('of' in scope)) {
      yield* this.wanted.align([scope.modelId]);
      return;
    }
    for (let last = 0; ;) {
      const models = await this.wanted.modelsAfter(last, MODELS);
      if (models.length > 0) yield* this.wanted.align(models);
      if (models.length < MODELS) return;
      yield;
      last = models.at(-1) ?? last;
    }
  }

  /** Returns whether there may be more to do. */
  private async batch(round: Round, turn: PinTurn): Promise<boolean> {
    const { kind, scope, before, hand, surprises } = round;
    const { ids } = hand;
    const goingOn = await hand.goOn(ids.length > 0 ? await this.pins.due(kind, scope, before, ids.length, ids) : []);
    const due = await this.pins.due(kind, scope, before, BATCH);
    const fresh = due
      .filter(({ id }) => goingOn.every(({ pin }) => pin.id !== id))
      .map((pin) => this.begin(pin, round));
    let begun = 0;
    let left = due.length === BATCH;
    await inParallel([...goingOn, ...fresh], AT_ONCE, async (one) => {
      if (!hand.has(one)) {
        // So many take no longer than one.
        if (begun >= AT_ONCE && (await turn.isWanted())) {
          left = true;
          return;
        }
        begun += 1;
      }
      try {
        if (await one.steps.goOn(turn)) return hand.letGo(one);
        left = true;
        await hand.keep(one);
      } catch (error) {
        hand.letGo(one);
        turn.signal.throwIfAborted();
        // One that surprises must not keep the others from their turn.
        surprises.push(error);
        await this.pins.looked(one.pin.id, null);
      }
    });
    return left;
  }

  private begin(pin: DuePin, { kind, signal: lasting }: Round): BegunPin {
    const begun: BegunPin = {
      pin,
      steps: new Steps((signal) =>
        kind === 'needed' ? this.set(() => begun, signal, lasting) : this.releasePin.steps(pin, signal),
      ),
    };
    return begun;
  }

  // What was seen is recorded before the pin counts as looked at, for those versions that need it in the end.
  private async *set(
    begun: () => BegunPin,
    signal: () => AbortSignal,
    lasting: AbortSignal,
  ): AsyncGenerator<void, void> {
    const began = new Date();
    const tally = new PinTally();
    yield* this.setPin.steps(begun().pin, tally, signal, lasting);
    const { loss, outcome } = tally;
    const { pin, steps } = begun();
    const ended = new Date(Math.max(Date.now(), began.getTime() + 1));
    for (const needs of inPieces(pin.needs, CHECKS_AT_ONCE)) {
      const seen = (observedAt: Date, { state, evidence }: PinOutcome): Observation[] =>
        needs.map((key) => ({
          ...key,
          kind: 'pin',
          subject: pin.subject,
          state,
          evidence,
          durationMs: steps.workedMs,
          observedAt,
        }));
      await this.recordChecks.execute([...(loss === null ? [] : seen(began, loss)), ...seen(ended, outcome)]);
    }
    await this.pins.looked(pin.id, outcome);
  }
}
