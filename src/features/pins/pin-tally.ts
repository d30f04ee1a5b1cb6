import type { PinTarget, PinTrouble } from '../../stores/pinner.js';
import type { PinOutcome } from './pin.repository.js';

const MOST_SHOWN = 3;
// What is certain comes before what is not, and what somebody can mend before what nobody can.
const WORST_FIRST: readonly PinOutcome['state'][] = ['forbidden', 'missing', 'changed', 'unreachable', 'unsupported'];

type Trouble = Omit<PinTrouble, 'evidence'> & { readonly said: string };

/** Counts what was seen of all the single things behind one pin. */
export class PinTally {
  #set = 0;
  #ours = 0;
  #removed = 0;
  readonly #hows = new Set<string>();
  readonly #removedPlaces: string[] = [];
  #earlier = 0;
  readonly #earlierPlaces: string[] = [];
  readonly #troubles: Trouble[] = [];
  #troubled = 0;

  set({ how }: PinTarget, ours: boolean): void {
    this.#set += 1;
    if (ours) this.#ours += 1;
    this.#hows.add(how);
  }

  /** The pin had been set, and was gone. `which` names the version, where it is not the current one. */
  removed({ place, how }: PinTarget, which = ''): void {
    this.#removed += 1;
    this.#hows.add(how);
    if (this.#removedPlaces.length < MOST_SHOWN) this.#removedPlaces.push(`${place}${which}`);
  }

  /** This is pinned beside what lies at its place now, or where nothing lies any more. `which` names the version. */
  earlier({ place }: PinTarget, which: string): void {
    this.#earlier += 1;
    if (this.#earlierPlaces.length < MOST_SHOWN) this.#earlierPlaces.push(`${place}${which}`);
  }

  trouble(place: string, { evidence, ...trouble }: PinTrouble): void {
    this.#troubled += 1;
    const worst = this.#worst();
    // The worst is kept, whichever came first.
    const worse = worst === null || rank(trouble.state) < rank(worst.state);
    const said = evidence.startsWith(place) ? evidence : `${place}: ${evidence}`;
    if (worse) this.#troubles.unshift({ ...trouble, said });
    else if (this.#troubles.length < MOST_SHOWN) this.#troubles.push({ ...trouble, said });
  }

  /** That some pins had been taken away, as an observation of its own; null where none had. */
  get loss(): PinOutcome | null {
    if (this.#removed === 0) return null;
    const said = `taken away by somebody else since it was set: ${this.#removedPlaces.join(', ')}`;
    return { state: 'missing', evidence: { how: [...this.#hows], removed: this.#removed, said } };
  }

  /** How things stand in the end. */
  get outcome(): PinOutcome {
    const earlier = this.#earlier === 0 ? {} : { earlier: { held: this.#earlier, versions: this.#earlierPlaces } };
    const objects = this.#set + this.#troubled;
    const counts = { how: [...this.#hows], objects, pinned: this.#set, ours: this.#ours, ...earlier };
    const worst = this.#worst();
    if (worst === null) return { state: 'present', evidence: counts };
    const { state, permission } = worst;
    const said = this.#troubles
      .slice(0, MOST_SHOWN)
      .map((trouble) => trouble.said)
      .join('; ');
    const grant =
      permission === undefined ? {} : { permission, grant: `Let the configured credentials do ${permission}.` };
    return { state, evidence: { ...counts, said, ...grant } };
  }

  #worst(): Trouble | null {
    return this.#troubles[0] ?? null;
  }
}

function rank(state: PinOutcome['state']): number {
  return WORST_FIRST.indexOf(state);
}
