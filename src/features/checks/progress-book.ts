import type { VersionKey } from './check-jobs.js';
import type { FileProgress, ReadingProgressRepository } from './reading-progress.repository.js';

/** How much of a reading a killed worker may lose, in milliseconds. */
const SAVE_EVERY_MS = 5000;

/** How far the reading of one artifact is: what was known when this job began, and what it adds, saved now and then. */
export class ProgressBook {
  private unsaved: FileProgress[] = [];
  private savedAt = performance.now();

  private constructor(
    private readonly repository: ReadingProgressRepository,
    private readonly key: VersionKey,
    private readonly uri: string,
    private readonly known: ReadonlyMap<string, FileProgress>,
  ) {}

  static async open(repository: ReadingProgressRepository, key: VersionKey, uri: string): Promise<ProgressBook> {
    return new ProgressBook(repository, key, uri, await repository.of(key, uri));
  }

  /** What was known of a file, where it is still the same one. */
  of(file: string, mark: string | undefined): FileProgress | null {
    const known = this.known.get(file);
    return known !== undefined && known.mark === (mark ?? null) ? known : null;
  }

  /** Notes a file that is read to its end. */
  async finished(file: FileProgress): Promise<void> {
    this.unsaved.push(file);
    if (this.due) await this.save();
  }

  /** Whether it is time to save. */
  get due(): boolean {
    return performance.now() - this.savedAt >= SAVE_EVERY_MS;
  }

  /** Saves what was noted, and the file under way. */
  async save(underWay?: FileProgress): Promise<void> {
    const files = underWay === undefined ? this.unsaved : [...this.unsaved, underWay];
    this.unsaved = [];
    // Before it is done: else each file that is read at the same time would find it due as well.
    this.savedAt = performance.now();
    await this.repository.save(this.key, this.uri, files);
  }

  /** Forgets everything, saved or not. */
  async forget(): Promise<void> {
    this.unsaved = [];
    await this.repository.remove(this.key, this.uri);
  }
}
