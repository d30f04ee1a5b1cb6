import { Injectable } from '@nestjs/common';
import type { Pinner, PinTarget } from '../../stores/pinner.js';
import { ArtifactStores } from '../artifacts/index.js';
import { inParallel } from './in-parallel.js';
import type { PinTally } from './pin-tally.js';
import { PinnedObjectRepository, type PinnedObject } from './pinned-object.repository.js';

const AT_ONCE = 8;

/**
 * Keeps the pins of versions that are not what lies at their places any more: an object was overwritten, or hidden behind
 * a delete marker. They may be the bytes that were registered, and are all that is left of them.
 */
@Injectable()
export class KeepEarlier {
  private readonly pinner: Pinner;

  constructor(
    stores: ArtifactStores,
    private readonly objects: PinnedObjectRepository,
  ) {
    this.pinner = stores.pins;
  }

  /** Sets again what somebody took away. Throws the signal's reason, and what the database throws. */
  async execute(pinId: number, earlier: readonly PinnedObject[], tally: PinTally, signal: AbortSignal): Promise<void> {
    const seen = await inParallel(earlier, AT_ONCE, async (one) => {
      return { one, answer: await this.pinner.bears(targetOf(one), { signal }) };
    });
    const gone = seen.flatMap(({ one, answer }) => (answer.state === 'missing' ? [one] : []));
    for (const one of gone) tally.removed(one, ` (its version ${one.versionId} was deleted)`);
    await this.objects.drop(pinId, gone);
    const absent = seen.flatMap(({ one, answer }) => (answer.state === 'absent' ? [one] : []));
    for (const one of absent) if (one.setAt !== null) tally.removed(one, ` (its version ${one.versionId})`);
    await this.objects.intend(pinId, absent);
    const renewed = await inParallel(absent, AT_ONCE, async (one) => {
      return { one, answer: await this.pinner.renew(targetOf(one), { signal }) };
    });
    const set = renewed.flatMap(({ one, answer }) => (answer.state === 'set' ? [{ ...one, ours: true }] : []));
    const untouched = seen.flatMap(({ one, answer }) => (answer.state === 'set' && one.setAt === null ? [one] : []));
    await this.objects.confirm(pinId, [...set, ...untouched]);
    for (const { one, answer } of [...seen, ...renewed])
      if (!('target' in answer) && answer.state !== 'missing') tally.trouble(one.place, answer);
  }
}

function targetOf({ place, versionId, how }: PinTarget): PinTarget {
  return { place, versionId, how };
}
