import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { askFolder } from './ask-folder.js';
import type { FolderCalls } from './folder-calls.js';

/** Which bytes of an open file: both ends included, `end` left out for all. */
export interface FilePart {
  readonly uri: string;
  readonly start: number;
  readonly end?: number | undefined;
}

// What is hashed as it comes is read ahead meanwhile: with Node's 64 KiB, most of the time went into asking for more.
const CHUNK = 1024 * 1024;

/**
 * The bytes of an open file, each piece within the time that its folder has for an answer; ends with a StoreError
 * (`unreachable`) where that passes. The file is closed when the stream ends.
 */
export class FileReading extends Readable {
  #at: number;
  #asks = false;

  constructor(
    private readonly file: FileHandle,
    private readonly calls: FolderCalls,
    private readonly part: FilePart,
  ) {
    super({ highWaterMark: CHUNK });
    this.#at = part.start;
  }

  override _read(): void {
    void this.#next();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.#close(error, done);
  }

  async #next(): Promise<void> {
    try {
      const bytes = await this.#piece();
      if (!this.destroyed) this.push(bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #close(error: Error | null, done: (error?: Error | null) => void): Promise<void> {
    const closing = this.calls.close(this.file);
    // It closes once what it was asked for has come, which may be never.
    if (!this.#asks) await closing;
    done(error);
  }

  async #piece(): Promise<Buffer | null> {
    const most = Math.min(CHUNK, (this.part.end ?? Infinity) - this.#at + 1);
    if (most <= 0) return null;
    // Not from the shared pool: a piece is handed on, and may be kept.
    const buffer = Buffer.allocUnsafeSlow(most);
    this.#asks = true;
    const reading = (): Promise<{ bytesRead: number }> => this.file.read(buffer, 0, most, this.#at);
    const { bytesRead } = await askFolder(this.calls, this.part.uri, reading);
    this.#asks = false;
    this.#at += bytesRead;
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  }
}
