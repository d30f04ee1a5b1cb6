import type { ResidencyView } from '../client/index.js';
import { bytes, duration } from './format.js';
import type { Shell } from './shell.js';

/** How far a version has come on a node, in a few words: `resident`, `downloading 41 %, 120.0 MiB/s, 3 minutes left`. */
export function residencyCell({ paint }: Pick<Shell, 'paint'>, { state, weights, image }: ResidencyView): string {
  if (state === 'resident') return paint.green(state);
  const slower = weights.state === state ? weights : (image ?? weights);
  const { bytesDone, bytesTotal, bytesPerSecond, etaSeconds } = slower;
  const what = slower === weights ? state : `image ${state}`;
  const colour = state === 'failed' ? paint.red : paint.yellow;
  if (state !== 'downloading') return colour(what);
  const parts = [
    bytesTotal === 0 ? '' : `${Math.floor((100 * bytesDone) / bytesTotal)} %`,
    bytesPerSecond === null ? '' : `${bytes(bytesPerSecond)}/s`,
    etaSeconds === null ? '' : `${duration(etaSeconds * 1000)} left`,
  ].filter((part) => part !== '');
  return `${colour(what)} ${parts.join(', ')}`.trim();
}

/** Why it is not there yet; empty where there is nothing to say. */
export function residencyReason({ weights, image }: ResidencyView): string {
  const [first, second] = [weights.reason, image?.reason ?? null];
  if (second === null || second === first) return first ?? '';
  return first === null ? `image: ${second}` : `${first}; image: ${second}`;
}
