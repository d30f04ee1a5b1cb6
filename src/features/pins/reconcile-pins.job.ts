import { Injectable } from '@nestjs/common';
import { JobHandlers, type JobContext } from '../../platform/queue/index.js';
import { RecordChecks, type Observation } from '../checks/index.js';
import { inParallel } from './in-parallel.js';
import { PINS_RECONCILE, type PinScope } from './pin-jobs.js';
import { PinSettings } from './pin-settings.js';
import { PinTurns, type PinTurn } from './pin-turns.repository.js';
import { PinRepository, type DuePin, type PinOutcome } from './pin.repository.js';
import { ReleasePin } from './release-pin.js';
import { SetPin } from './set-pin.js';
import { WantedPinsRepository } from './wanted-pins.repository.js';

const MODELS = 200;
const BATCH = 64;
const AT_ONCE = 8;

/**
 * Brings the pins of the stores in line with the protected versions: first what is wanted, then what is missing or was
 * taken away, last what nobody needs any more. Everything that is done is noted at once, so a worker that is killed
 * leaves the rest due, and the next one goes on there. A batch at a time, and less where somebody waits, so that a move's
 * pins wait for no long sweep.
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
    await this.align(scope, signal);
    const surprises: unknown[] = [];
    for (const kind of ['needed', 'unneeded'] as const) {
      for (let left = true; left;)
        left = await this.turns.take(signal, (turn) => this.batch(kind, { scope, before }, surprises, turn));
    }
    if (surprises.length > 0) throw new AggregateError(surprises);
  }

  // Half the interval: what was looked at late in the last sweep is looked at in this one all the same.
  private ageOf(scope: PinScope): number {
    if (!('of' in scope)) return 0;
    const { intervalSeconds, retrySeconds } = this.settings;
    return (scope.of === 'all' ? intervalSeconds : retrySeconds) / 2;
  }

  private async align(scope: PinScope, signal: AbortSignal): Promise<void> {
    if (!('of' in scope)) return this.turns.take(signal, () => this.wanted.align([scope.modelId]));
    if (scope.of === 'unreachable') return;
    for (let last = 0; ;) {
      const models = await this.wanted.modelsAfter(last, MODELS);
      if (models.length > 0) await this.turns.take(signal, () => this.wanted.align(models));
      if (models.length < MODELS) return;
      last = models.at(-1) ?? last;
    }
  }

  /** Returns whether there may be more to do. */
  private async batch(
    kind: 'needed' | 'unneeded',
    { scope, before }: { scope: PinScope; before: Date },
    surprises: unknown[],
    { signal, isWanted }: PinTurn,
  ): Promise<boolean> {
    const due = await this.pins.due(kind, scope, before, BATCH);
    let done = 0;
    await inParallel(due, AT_ONCE, async (pin) => {
      if (done > 0 && isWanted()) return;
      done += 1;
      try {
        await (kind === 'needed' ? this.set(pin, signal) : this.releasePin.execute(pin, signal));
      } catch (error) {
        signal.throwIfAborted();
        // One that surprises must not keep the others from their turn.
        surprises.push(error);
        await this.pins.looked(pin.id, null);
      }
    });
    return due.length === BATCH || done < due.length;
  }

  // What was seen is recorded before the pin counts as looked at.
  private async set(pin: DuePin, signal: AbortSignal): Promise<void> {
    const began = new Date();
    const tally = await this.setPin.execute(pin, signal);
    const { loss, outcome } = tally;
    const ended = new Date(Math.max(Date.now(), began.getTime() + 1));
    const durationMs = ended.getTime() - began.getTime();
    const seen = (observedAt: Date, { state, evidence }: PinOutcome): Observation[] =>
      pin.needs.map((key) => ({ ...key, kind: 'pin', subject: pin.subject, state, evidence, durationMs, observedAt }));
    await this.recordChecks.execute([...(loss === null ? [] : seen(began, loss)), ...seen(ended, outcome)]);
    await this.pins.looked(pin.id, outcome);
  }
}
