import { Injectable } from '@nestjs/common';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import type { Pinner, PinTarget } from '../../stores/pinner.js';
import { ArtifactStores } from '../artifacts/index.js';
import { inParallel } from './in-parallel.js';
import { PinTally } from './pin-tally.js';
import { PinRepository, type DuePin } from './pin.repository.js';
import { PinnedObjectRepository, type PinnedObject } from './pinned-object.repository.js';

const GROUP = 200;
const AT_ONCE = 8;

/** Releases a pin that no version needs any more: what is ours and what no other pin protects. */
@Injectable()
export class ReleasePin {
  private readonly log = nestLog('Pins');
  private readonly pinner: Pinner;

  constructor(
    stores: ArtifactStores,
    private readonly objects: PinnedObjectRepository,
    private readonly pins: PinRepository,
  ) {
    this.pinner = stores.pins;
  }

  /**
   * What cannot be released is kept in mind and tried again later. Stops after each group, and goes on where it was when
   * it is asked for more. `signal` answers the signal of the time. Throws its reason, and what the database throws.
   */
  async *steps(pin: DuePin, signal: () => AbortSignal): AsyncGenerator<void, void> {
    await this.pins.releasing(pin.id);
    const tally = new PinTally();
    let kept = 0;
    let last: PinnedObject | null = null;
    for (;;) {
      const group: PinnedObject[] = await this.objects.of(pin.id, last, GROUP);
      // What was there before us stays as it is.
      const theirs = group.filter((one) => !one.ours);
      await this.objects.drop(pin.id, theirs);
      const alone = await this.objects.handOver(
        pin.id,
        group.filter((one) => one.ours),
      );
      const released = await inParallel(alone, AT_ONCE, async (one) => {
        return { one, gone: await this.release(one, tally, signal()) };
      });
      const gone = released.flatMap((result) => (result.gone ? [result.one] : []));
      await this.objects.drop(pin.id, gone);
      kept += alone.length - gone.length;
      last = group.at(-1) ?? null;
      if (group.length < GROUP) break;
      yield;
    }
    if (kept === 0) {
      await this.pins.remove(pin.id);
      return;
    }
    const { state, evidence } = tally.outcome;
    await this.pins.looked(pin.id, { state, evidence: { ...evidence, releasing: true } });
    // What could not be set before for the same reason is news all the same.
    if (!pin.releasing || pin.state !== state)
      this.log.warn({ subject: pin.subject, state, ...evidence }, 'a pin cannot be released');
  }

  private async release({ place, versionId, how }: PinTarget, tally: PinTally, signal: AbortSignal): Promise<boolean> {
    const answer = await this.pinner.unpin({ place, versionId, how }, { signal });
    // With the object, its pin went too.
    if (answer.state === 'absent' || answer.state === 'missing') return true;
    if (!('target' in answer)) tally.trouble(place, answer);
    return false;
  }
}
