import { Injectable } from '@nestjs/common';
import type { Pinner, PinTarget } from '../../stores/pinner.js';
import { ArtifactStores } from '../artifacts/index.js';
import { inParallel } from './in-parallel.js';
import type { PinTally } from './pin-tally.js';
import { PinnedObjectRepository, type PinnedObject } from './pinned-object.repository.js';

const AT_ONCE = 8;

/**
 * Keeps the pins of what does not lie at its place any more: an object was overwritten, or hidden behind a delete marker.
 * Such versions may be the bytes that were registered, and are all that is left of them. What is gone is forgotten.
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
    // A file or manifest without versions is deleted with its pin, which nobody had to take away first.
    for (const one of gone) if (hasVersion(one)) tally.removed(one, ` (its version ${one.versionId} was deleted)`);
    await this.objects.drop(pinId, gone);
    const absent = seen.flatMap(({ one, answer }) => (answer.state === 'absent' ? [one] : []));
    for (const one of absent) if (one.setAt !== null) tally.removed(one, versionOf(one));
    await this.objects.intend(pinId, absent);
    const renewed = await inParallel(absent, AT_ONCE, async (one) => {
      return { one, answer: await this.pinner.renew(targetOf(one), { signal }) };
    });
    const set = renewed.flatMap(({ one, answer }) => (answer.state === 'set' ? [{ ...one, ours: true }] : []));
    const untouched = seen.flatMap(({ one, answer }) => (answer.state === 'set' && one.setAt === null ? [one] : []));
    await this.objects.confirm(pinId, [...set, ...untouched]);
    const borne = seen.flatMap(({ one, answer }) => (answer.state === 'set' ? [one] : []));
    for (const one of [...borne, ...set]) tally.earlier(one, versionOf(one));
    for (const { one, answer } of [...seen, ...renewed])
      if (!('target' in answer) && answer.state !== 'missing') tally.trouble(one.place, answer);
  }
}

const hasVersion = ({ versionId }: PinTarget): boolean => versionId !== '';

const versionOf = (one: PinTarget): string => (hasVersion(one) ? ` (its version ${one.versionId})` : '');

function targetOf({ place, versionId, how }: PinTarget): PinTarget {
  return { place, versionId, how };
}
