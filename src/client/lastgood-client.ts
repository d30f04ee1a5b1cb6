import type { Readable } from 'node:stream';
import { followAlias, type FollowOptions } from './follow.js';
import type { CallOptions } from './inputs.js';
import { LastGoodFile } from './last-good-file.js';
import { NodeCalls } from './node-calls.js';
import { openArtifact } from './open-artifact.js';
import type { Resolution } from './resolution.js';
import { fromFile, keep, registryIsDown, resolveAtRegistry, type OnTrouble, type ResolveOptions } from './resolve.js';
import { Transport, type TransportOptions } from './transport.js';
import { hasArtifact, uploadArtifact, type Upload, type UploadOptions } from './upload-artifact.js';

export interface ClientOptions extends TransportOptions {
  /**
   * A folder of this program's own, in which the client keeps the last resolution of each alias. `resolve` and `follow`
   * answer from it when the registry is down, and say so in `source` and `ageSeconds`.
   */
  lastGoodDir?: string;
  /** Told about trouble that the client rides out, so that a program can log it. */
  onTrouble?: OnTrouble;
}

/**
 * A client of one registry. Calls throw `LastgoodError` when the registry says no, `LastgoodUnreachable` when it gives
 * no answer, and the reason of the caller's signal once that aborts.
 */
export class LastgoodClient extends NodeCalls {
  private readonly lastGoodDir: string | undefined;
  private readonly onTrouble: OnTrouble;

  constructor({ lastGoodDir, onTrouble, ...options }: ClientOptions) {
    super(new Transport(options));
    this.lastGoodDir = lastGoodDir;
    this.onTrouble = onTrouble ?? (() => undefined);
  }

  /** What an alias means now: the version's whole record, the traffic split, and what to keep warm. */
  async resolve(model: string, alias: string, options: ResolveOptions = {}): Promise<Resolution> {
    const file = options.consistency === 'strong' ? null : this.fileOf(model, alias);
    try {
      const resolution = await resolveAtRegistry(this.transport, model, alias, options);
      if (file) await keep(file, resolution, this.onTrouble);
      return resolution;
    } catch (error) {
      if (file && registryIsDown(error)) return fromFile(file, error, this.onTrouble);
      throw error;
    }
  }

  /**
   * What an alias means now, then each newer meaning, for as long as the caller iterates. Revisions only grow. A slow
   * consumer misses what was overtaken meanwhile, never the latest. Lost connections are made again without end;
   * a refused token ends the iteration with an error, and `signal` ends it quietly.
   */
  follow(model: string, alias: string, options: FollowOptions = {}): AsyncIterable<Resolution> {
    const { transport, onTrouble } = this;
    return followAlias({ transport, model, alias, file: this.fileOf(model, alias), onTrouble }, options);
  }

  /** Puts bytes into the registry's store under their digest; sends nothing when they are there already. */
  uploadArtifact(digest: string, size: number, source: Readable, options?: UploadOptions): Promise<Upload> {
    return uploadArtifact(this.transport, digest, size, source, options);
  }

  /** Whether the registry's store has these bytes. */
  hasArtifact(digest: string, options?: Pick<CallOptions, 'signal'>): Promise<boolean> {
    return hasArtifact(this.transport, digest, options?.signal);
  }

  /** The bytes of an artifact, verified as they pass: use them only once the stream has ended without an error. */
  openArtifact(digest: string, options?: Pick<CallOptions, 'signal'>): Promise<Readable> {
    return openArtifact(this.transport, digest, options?.signal);
  }

  private fileOf(model: string, alias: string): LastGoodFile | null {
    return this.lastGoodDir === undefined ? null : new LastGoodFile(this.lastGoodDir, model, alias);
  }
}
