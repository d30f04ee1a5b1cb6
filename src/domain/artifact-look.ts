import type { Digest } from './digest.js';

/** What is known of an artifact's mark, the text that its store changes with each writing. */
export interface KnownMark {
  /** The mark of the bytes that were taken for the recorded ones; null until one was seen. */
  readonly mark: string | null;
  /** A mark whose bytes were read, and were others. */
  readonly refuted: string | null;
  /** Whether the bytes are to be read to settle a doubt. */
  readonly wanted: boolean;
}

/** What a store says of an object that is there. Sizes are in bytes, `lastModified` is RFC 3339. */
export interface SeenObject {
  readonly size: number;
  readonly objects?: number;
  readonly digest?: Digest;
  readonly mark?: string;
  readonly lastModified?: string;
}

/** The version's record of it. */
export interface RecordedArtifact {
  readonly size: number;
  readonly digest: string;
  readonly registeredAt: Date;
}

/** What a look at an artifact comes to. */
export interface LookVerdict {
  readonly state: 'present' | 'changed';
  readonly evidence: Record<string, unknown>;
  /** A mark to remember as that of the recorded bytes. */
  readonly learn: string | null;
  /** Whether only reading the bytes can tell whether they are the recorded ones. */
  readonly doubt: boolean;
}

const UNKNOWN: KnownMark = { mark: null, refuted: null, wanted: false };

/**
 * Judges what a store says of an artifact, without its bytes. Another size or digest is a change. Another mark than the
 * one that was learned is one too, until the bytes have been read. The first mark that is seen with the right size is
 * learned; where the object was written after the registration, that is said and the bytes are asked for, but it is no
 * change: the clocks of the store and of the registry need not agree. Nor is it asked for where the store itself has
 * recorded the digest of what it holds.
 */
export function judgeLook(recorded: RecordedArtifact, seen: SeenObject, known: KnownMark = UNKNOWN): LookVerdict {
  const { registeredAt, ...expected } = recorded;
  const { size, objects, digest, mark, lastModified } = seen;
  const evidence = {
    size,
    ...(objects === undefined ? {} : { objects }),
    ...(digest === undefined ? {} : { digest }),
    ...(mark === undefined ? {} : { mark }),
    ...(lastModified === undefined ? {} : { lastModified }),
    expected,
  };
  const changed = (more: object, doubt: boolean): LookVerdict => {
    return { state: 'changed', evidence: { ...evidence, ...more }, learn: null, doubt };
  };
  if (size !== recorded.size || (digest !== undefined && digest !== recorded.digest)) return changed({}, false);
  if (mark !== undefined && mark === known.refuted) return changed({ read: 'its bytes were others' }, false);
  const marks = { was: known.mark, is: mark };
  if (mark !== undefined && known.mark !== null && mark !== known.mark) return changed({ mark: marks }, true);
  const learn = known.mark === null ? (mark ?? null) : null;
  const written = lastModified === undefined ? -Infinity : Date.parse(lastModified);
  const late = learn !== null && digest === undefined && written + unsaid(written) > registeredAt.getTime();
  const more = late && written > registeredAt.getTime() ? { writtenAfterRegistration: lastModified } : {};
  // It was found to be others, and looks like the recorded ones again.
  const back = known.refuted !== null && mark !== undefined;
  return { state: 'present', evidence: { ...evidence, ...more }, learn, doubt: late || back || known.wanted };
}

// Most stores tell whole seconds, and leave the rest out: what was written within that of the registration may be later.
function unsaid(written: number): number {
  return written % 1000 === 0 ? 999 : 0;
}
