import type { ResolutionView } from '../contract/views.js';

/** What an alias means, and how that is known. */
export interface Resolution extends ResolutionView {
  /** `last-good-file`: the registry did not answer, and this is what it said last. */
  source: 'registry' | 'last-good-file';
  /** How old the answer is, in seconds. A registry whose database is down answers from memory, so it has an age too. */
  ageSeconds: number;
}
