/** What is known of one version under one alias once it has stopped serving there. */
export interface Standing {
  version: number;
  /** The revision at which it last left the alias: the larger, the more recently it served. */
  leftRevision: number;
  /** When its soak window ended untouched; null when it never served that long. */
  knownGoodAt: Date | null;
  /** When it was rolled back or aborted; null when it was not, or an operator cleared it. */
  rejectedAt: Date | null;
}

/**
 * When a version that began to serve at `liveSince` became known good, or null while (or if) its soak window was cut short.
 * `soakSeconds` is the alias's soak window; `now` is the end of its service so far.
 */
export function knownGoodSince(liveSince: Date, soakSeconds: number, now: Date): Date | null {
  const end = new Date(liveSince.getTime() + soakSeconds * 1000);
  return end <= now ? end : null;
}

/**
 * The standing a version takes with it when another replaces it.
 * Being rejected refutes an earlier soak: whoever clears it later starts from nothing proven.
 */
export function standingOnLeaving(leaving: {
  version: number;
  liveSince: Date;
  before: Standing | null;
  soakSeconds: number;
  now: Date;
  revision: number;
  rejected: boolean;
}): Standing {
  const { version, revision, now } = leaving;
  if (leaving.rejected) return { version, leftRevision: revision, knownGoodAt: null, rejectedAt: now };
  const earned = leaving.before?.knownGoodAt ?? knownGoodSince(leaving.liveSince, leaving.soakSeconds, now);
  return { version, leftRevision: revision, knownGoodAt: earned, rejectedAt: leaving.before?.rejectedAt ?? null };
}
