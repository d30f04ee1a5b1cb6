import { Injectable } from '@nestjs/common';
import type { Artifact } from '../../domain/version-record.js';
import type { PresentObject } from '../../stores/artifact-store.js';
import { absence } from '../../stores/listing.js';
import { ArtifactStores } from '../artifacts/index.js';
import type { BytesRead } from './bytes-read.js';
import type { VersionKey } from './check-jobs.js';
import { MarkRepository, type MarkVerdict } from './mark.repository.js';
import { absent, type Found } from './need.js';
import { ProgressBook } from './progress-book.js';
import { readBytes } from './read-bytes.js';
import type { ReadingTime } from './read-file.js';
import { ReadingProgressRepository } from './reading-progress.repository.js';
import { RecordChecks } from './record-checks.js';

/** What reading came to: what is recorded, what it says of marks, and whether the progress is of no more use. */
interface Outcome {
  readonly found: Found;
  readonly marks: MarkVerdict;
  readonly readMs: number;
  readonly isFinal: boolean;
}

/** Reads the bytes of an artifact, over as many jobs as that takes, and records whether they are the recorded ones. */
@Injectable()
export class ReadArtifact {
  constructor(
    private readonly stores: ArtifactStores,
    private readonly recordChecks: RecordChecks,
    private readonly marks: MarkRepository,
    private readonly progress: ReadingProgressRepository,
  ) {}

  /**
   * Reads on until the end or until the time is up. `settled`: the bytes are known to be the recorded ones or others, or
   * not to be there; `unread`: they could not be had, and the next look that sees the artifact asks for them again.
   * @throws the signal's reason, with the progress saved
   */
  async execute(key: VersionKey, artifact: Artifact, time: ReadingTime): Promise<'settled' | 'unread' | 'unfinished'> {
    const book = await ProgressBook.open(this.progress, key, artifact.uri);
    const outcome = await this.outcome(artifact, book, time);
    if (outcome === null) return 'unfinished';
    if (outcome === 'anew') {
      await book.forget();
      // In one go, whatever it takes: parts that nothing holds together prove nothing.
      return this.execute(key, artifact, { ...time, until: Infinity });
    }
    const { found, readMs } = outcome;
    const look = { kind: 'content' as const, subject: artifact.uri, durationMs: readMs, observedAt: new Date() };
    await this.recordChecks.execute([{ ...key, ...look, ...found }]);
    await this.marks.settle(key, artifact.uri, outcome.marks);
    if (outcome.isFinal) await book.forget();
    return outcome.isFinal ? 'settled' : 'unread';
  }

  private async outcome(artifact: Artifact, book: ProgressBook, time: ReadingTime): Promise<Outcome | 'anew' | null> {
    const { uri, size, digest } = artifact;
    const seen = await this.stores.stat(uri, time);
    if (!('state' in seen) || seen.state !== 'present') return unread(absent(seen));
    const expected = { size, digest };
    if (seen.size !== size) {
      const evidence = { size: seen.size, expected };
      return { found: { state: 'changed', evidence }, marks: { refuted: seen.mark }, readMs: 0, isFinal: true };
    }
    let read: BytesRead | null;
    try {
      const tools = { stores: this.stores, book };
      read = await readBytes(tools, { file: '', uri, size, mark: seen.mark }, time);
    } catch (error) {
      time.signal.throwIfAborted();
      const { state, evidence } = absent(absence(error, uri));
      return unread({ state, evidence: { ...evidence, expected } });
    }
    if (read === null) return null;
    if (read.digest !== digest && read.pieced) return 'anew';
    return this.judged(artifact, seen, read, time);
  }

  // What was written while it was read may be half the one and half the other.
  private async judged(
    { uri, size, digest }: Artifact,
    before: PresentObject,
    { pieced: _pieced, readMs, ...read }: BytesRead,
    time: ReadingTime,
  ): Promise<Outcome> {
    const evidence = { ...read, seconds: Math.round(readMs) / 1000, expected: { size, digest } };
    const after = await this.stores.stat(uri, time);
    const marks = { was: before.mark, is: 'state' in after && after.state === 'present' ? after.mark : undefined };
    if (marks.was !== undefined && marks.is !== undefined && marks.is !== marks.was) {
      const said = 'it was written anew while it was read';
      return unread({ state: 'changed', evidence: { ...evidence, said, mark: marks } });
    }
    const same = read.digest === digest;
    const verdict = same ? { proven: before.mark } : { refuted: before.mark };
    return { found: { state: same ? 'present' : 'changed', evidence }, marks: verdict, readMs, isFinal: true };
  }
}

/** The outcome where the bytes could not be read: they are to be, once a look sees the artifact again. */
function unread(found: Found): Outcome {
  const isFinal = found.state === 'missing' || found.state === 'unsupported';
  return { found, marks: { wanted: found.state !== 'unsupported' }, readMs: 0, isFinal };
}
