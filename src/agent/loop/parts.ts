import type { ResidencyPartView, ResidencyState } from '../../contract/node-views.js';
import type { Artifact } from '../../domain/version-record.js';
import type { Progress } from '../download/index.js';

const MOST_TEXT = 500;

/** One part of a version in a state in which nothing moves. Sizes are in bytes. */
export function part(
  state: ResidencyState,
  { bytesDone = 0, bytesTotal = 0, reason = null }: Partial<ResidencyPartView> = {},
): ResidencyPartView {
  return { state, bytesDone, bytesTotal, bytesPerSecond: null, etaSeconds: null, reason: shortened(reason) };
}

/**
 * What a download tells, as the registry is told it. From its first moment it counts as downloading, also while it asks
 * what there is or makes room: a turn that was taken back may be another's only once nothing is under way here.
 */
export function partOf(progress: Progress): ResidencyPartView {
  const { state, bytesDone, bytesTotal, bytesPerSecond, etaMs, text = null } = progress;
  const moves = state === 'downloading' || state === 'verifying';
  const reason = state === 'evicting' && text !== null ? `${text} is evicted to make room` : text;
  return {
    state: state === 'pending' || state === 'evicting' ? 'downloading' : state,
    bytesDone: Math.max(0, Math.round(bytesDone)),
    bytesTotal: Math.round(bytesTotal),
    bytesPerSecond: moves ? Math.round(bytesPerSecond) : null,
    etaSeconds: etaMs === null ? null : Math.ceil(etaMs / 1000),
    reason: shortened(reason),
  };
}

/** In bytes, all artifacts together. */
export function sizeOf(artifacts: readonly Pick<Artifact, 'size'>[]): number {
  return artifacts.reduce((sum, { size }) => sum + size, 0);
}

function shortened(text: string | null): string | null {
  return text === null || text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`;
}
