import type { AliasChangeView } from '../../contract/views.js';
import type { Resolution } from './resolution.js';
import type { WatchLimits } from './watch-limits.js';

/** One change with the resolution that came with it; null where a later change overtook it, or the alias was deleted. */
export interface ChangeEvent {
  change: AliasChangeView;
  resolution: Resolution | null;
}

/** The newest changes, in the order of their revisions, without gaps. */
export class ChangeMemory {
  private recent: ChangeEvent[] = [];
  private bytes = 0;
  private completeAfter = 0;

  constructor(private readonly limits: Pick<WatchLimits, 'remembered' | 'rememberedBytes'>) {}

  /** Forgets everything up to a revision; what is added from now on comes after it. */
  startAfter(revision: number): void {
    this.recent = [];
    this.bytes = 0;
    this.completeAfter = revision;
  }

  add(events: ChangeEvent[]): void {
    for (const event of events) {
      this.recent.push(event);
      this.bytes += sizeOf(event);
    }
    const { remembered, rememberedBytes } = this.limits;
    if (this.recent.length > 2 * remembered || this.bytes > rememberedBytes) this.forgetHalf();
  }

  /** The changes after `revision`, or null when they are no longer all remembered. */
  since(revision: number): ChangeEvent[] | null {
    if (revision < this.completeAfter) return null;
    let [low, high] = [0, this.recent.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.recent[middle]?.change.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return this.recent.slice(low);
  }

  // By half, so that forgetting costs next to nothing for each change.
  private forgetHalf(): void {
    const { remembered, rememberedBytes } = this.limits;
    let keepFrom = 0;
    for (const event of this.recent) {
      if (this.recent.length - keepFrom <= remembered && this.bytes <= rememberedBytes / 2) break;
      this.bytes -= sizeOf(event);
      this.completeAfter = event.change.revision;
      keepFrom += 1;
    }
    this.recent = this.recent.slice(keepFrom);
  }
}

// The resolution, the frame that carries it to watchers, and the change itself.
const sizeOf = ({ resolution }: ChangeEvent): number => 500 + 2 * (resolution?.body.length ?? 0);
