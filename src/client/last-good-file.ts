import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolutionView } from '../contract/views.js';
import { LastgoodFileError } from './errors.js';
import type { Resolution } from './resolution.js';

interface Kept {
  savedAt: string;
  resolution: ResolutionView;
}

/**
 * The last resolution of one alias on this machine's disk. Two lines of JSON: a header with the SHA-256 of the second
 * line, then the resolution. It is replaced by rename, so a reader sees the old one or the new one and never half.
 */
export class LastGoodFile {
  readonly path: string;

  constructor(
    private readonly folder: string,
    private readonly model: string,
    private readonly alias: string,
  ) {
    this.path = join(folder, `${encodeURIComponent(model)}@${encodeURIComponent(alias)}.json`);
  }

  /** What was saved last, with its age; null when nothing was. Throws `LastgoodFileError` when the file is damaged. */
  async read(now: Date = new Date()): Promise<Resolution | null> {
    const kept = await this.kept();
    if (kept === null) return null;
    const ageSeconds = Math.max(0, Math.round((now.getTime() - Date.parse(kept.savedAt)) / 1000));
    return { ...kept.resolution, source: 'last-good-file', ageSeconds };
  }

  /** Saves a resolution, unless the file holds a newer one: another replica may have answered from older memory. */
  async save(resolution: ResolutionView, now: Date = new Date()): Promise<void> {
    const before = await this.kept().catch(() => null);
    if (before !== null && (before.resolution.revision > resolution.revision || isFresh(before, resolution, now)))
      return;
    const body = JSON.stringify({ savedAt: now.toISOString(), resolution } satisfies Kept);
    await this.replace(`${JSON.stringify({ format: 1, sha256: sha256(body) })}\n${body}\n`);
  }

  private async kept(): Promise<Kept | null> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new LastgoodFileError(`The last-good file ${this.path} cannot be read: ${error.message}`, { cause: error });
    });
    if (text === null) return null;
    const [header = '', body = ''] = text.split('\n');
    if (checksumIn(header) !== sha256(body)) throw this.damaged('its checksum does not fit');
    const kept: Kept = JSON.parse(body);
    const { model, alias } = kept.resolution;
    if (model !== this.model || alias !== this.alias) throw this.damaged(`it is about ${model}@${alias}`);
    return kept;
  }

  private async replace(text: string): Promise<void> {
    const draft = `${this.path}.${process.pid}.${randomUUID()}`;
    try {
      await mkdir(this.folder, { recursive: true });
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      const why = error instanceof Error ? error.message : String(error);
      throw new LastgoodFileError(`The last-good file ${this.path} cannot be written: ${why}`, { cause: error });
    }
  }

  private damaged(why: string): LastgoodFileError {
    return new LastgoodFileError(`The last-good file ${this.path} is damaged and not used: ${why}. Delete it.`);
  }
}

// Resolving in a loop must not write the disk in a loop; a minute is fine enough for an age.
function isFresh(before: Kept, resolution: ResolutionView, now: Date): boolean {
  const age = now.getTime() - Date.parse(before.savedAt);
  return age >= 0 && age < 60_000 && JSON.stringify(before.resolution) === JSON.stringify(resolution);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function checksumIn(header: string): string | null {
  try {
    const { format, sha256: sum }: { format?: number; sha256?: string } = JSON.parse(header);
    return format === 1 && typeof sum === 'string' ? sum : null;
  } catch {
    return null;
  }
}
