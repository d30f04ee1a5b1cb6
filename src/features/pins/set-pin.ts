import { Injectable } from '@nestjs/common';
import { absence } from '../../stores/listing.js';
import type { Pinner, PinAnswer, PinTarget, PinTrouble } from '../../stores/pinner.js';
import { ArtifactStores } from '../artifacts/index.js';
import { inGroups, inParallel } from './in-parallel.js';
import { KeepEarlier } from './keep-earlier.js';
import { PinTally } from './pin-tally.js';
import type { DuePin } from './pin.repository.js';
import { SeenPlaces } from './seen-places.js';
import { PinnedObjectRepository, type PinnedObject } from './pinned-object.repository.js';

const GROUP = 200;
const AT_ONCE = 8;
// An object that is overwritten while it is pinned: its new version is pinned too, as often as that happens.
const MOST_OVERWRITTEN = 3;

/** Sets what is missing of one pin: looks at every single thing behind it, and pins those that bear no pin. */
@Injectable()
export class SetPin {
  private readonly pinner: Pinner;

  constructor(
    stores: ArtifactStores,
    private readonly objects: PinnedObjectRepository,
    private readonly keepEarlier: KeepEarlier,
  ) {
    this.pinner = stores.pins;
  }

  /**
   * Stops after each group, and goes on where it was when it is asked for more: the tally is whole at the end. `signal`
   * answers the signal of the time, which is thrown; `lasting` is that of the whole work. Throws what the database throws.
   */
  async *steps(
    pin: DuePin,
    tally: PinTally,
    signal: () => AbortSignal,
    lasting: AbortSignal,
  ): AsyncGenerator<void, void> {
    try {
      const places = this.pinner.places(pin.subject, { signal: lasting });
      const seen = new SeenPlaces();
      for await (const group of inGroups(places, GROUP)) {
        seen.add(group);
        await this.setAll(pin.id, group, tally, signal());
        if (group.length === GROUP) yield;
      }
      yield* this.keepHidden(pin.id, seen, tally, signal);
    } catch (error) {
      signal().throwIfAborted();
      tally.trouble(pin.subject, absence(error, pin.subject));
    }
  }

  private async setAll(pinId: number, places: readonly string[], tally: PinTally, signal: AbortSignal): Promise<void> {
    const known = await this.objects.at(places);
    const seen = await inParallel(places, AT_ONCE, async (place) => ({
      place,
      answer: await this.pinner.pinned(place, { signal }),
    }));
    const there = seen.flatMap(({ answer }) => (answer.state === 'set' ? [answer.target] : []));
    const confirmed = there.map((target) => ({
      ...target,
      ours: known.some((one) => one.ours && isSame(one, target)),
    }));
    for (const target of confirmed) tally.set(target, target.ours);
    await this.objects.confirm(pinId, confirmed);
    for (const { place, answer } of seen)
      if (!('target' in answer)) tally.trouble(place, withVersions(place, answer, known));
    const absent = seen.flatMap(({ answer }) => (answer.state === 'absent' ? [answer.target] : []));
    for (const target of absent)
      if (known.some((one) => one.setAt !== null && isSame(one, target))) tally.removed(target);
    await this.pinAll(pinId, absent, tally, signal);
    await this.keepEarlier.execute(pinId, earlierOf(pinId, known, seen), tally, signal);
  }

  // What was pinned below a prefix, or as part of an index, and does not lie there any more. That is no trouble of the pin:
  // whether a part of the version is gone, or a file that was there for a while, only the artifact's own check can tell.
  private async *keepHidden(
    pinId: number,
    seen: SeenPlaces,
    tally: PinTally,
    signal: () => AbortSignal,
  ): AsyncGenerator<void, void> {
    let last: PinnedObject | null = null;
    for (;;) {
      const group: PinnedObject[] = await this.objects.of(pinId, last, GROUP);
      const hidden = group.filter(({ place }) => !seen.has(place));
      await this.keepEarlier.execute(pinId, hidden, tally, signal());
      last = group.at(-1) ?? null;
      if (group.length < GROUP) return;
      yield;
    }
  }

  // The intention is written first: a worker that is killed between the store's answer and the next line leaves a pin
  // that is known to be ours, and not one that nobody will ever release.
  private async pinAll(
    pinId: number,
    targets: readonly PinTarget[],
    tally: PinTally,
    signal: AbortSignal,
  ): Promise<void> {
    let left = targets;
    for (let round = 1; left.length > 0; round++) {
      await this.objects.intend(pinId, left);
      const answers = await inParallel(left, AT_ONCE, async (target) => {
        return { target, answer: await this.pinner.pin(target, { signal }) };
      });
      const set = answers.flatMap(({ answer }) => (answer.state === 'set' ? [{ ...answer.target, ours: true }] : []));
      for (const target of set) tally.set(target, true);
      await this.objects.confirm(pinId, set);
      // Where no answer came, the pin may be set all the same.
      const refused = answers.filter(
        ({ answer }) => !('target' in answer) && answer.state !== 'unreachable' && answer.mayBeSet !== true,
      );
      await this.objects.drop(
        pinId,
        refused.map(({ target }) => target),
      );
      const again: PinTarget[] = [];
      for (const { target, answer } of answers) {
        if ('target' in answer && answer.state === 'absent' && round < MOST_OVERWRITTEN) again.push(answer.target);
        else if (answer.state !== 'set') tally.trouble(target.place, unset(answer));
      }
      left = again;
    }
  }
}

/** The versions that this pin holds at places where others lie now, or none. */
function earlierOf(
  pinId: number,
  known: readonly PinnedObject[],
  seen: readonly { place: string; answer: PinAnswer }[],
): PinnedObject[] {
  const answers = new Map(seen.map(({ place, answer }) => [place, answer]));
  return known.filter((one) => {
    const answer = answers.get(one.place);
    if (one.pinId !== pinId || !hasVersion(one) || answer === undefined) return false;
    return 'target' in answer ? !isSame(one, answer.target) : answer.state === 'missing';
  });
}

const hasVersion = ({ versionId }: PinTarget): boolean => versionId !== '';

function isSame(one: PinTarget, other: PinTarget): boolean {
  return one.place === other.place && one.versionId === other.versionId;
}

// What could have been pinned and is not, for whatever reason of the thing itself, lacks its pin.
function unset(answer: PinAnswer): PinTrouble {
  if ('target' in answer) return { state: 'unreachable', evidence: 'it is overwritten again and again' };
  return answer.state === 'unsupported' ? { ...answer, state: 'missing' } : answer;
}

function withVersions(place: string, trouble: PinTrouble, known: readonly PinnedObject[]): PinTrouble {
  const versions = known.filter((one) => one.place === place && hasVersion(one)).map(({ versionId }) => versionId);
  if (trouble.state !== 'missing' || versions.length === 0) return trouble;
  return { ...trouble, evidence: `${trouble.evidence}; pinned were its versions ${[...new Set(versions)].join(', ')}` };
}
