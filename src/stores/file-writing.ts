import type { FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { askFolder } from './ask-folder.js';
import type { FolderCalls } from './folder-calls.js';

type Done = (error?: Error | null) => void;

/**
 * Writes bytes into an open file, each piece within the time that its folder has; ends with a StoreError (`unreachable`)
 * where that passes. All of it is on the disk when the stream has finished. The file is closed when the stream ends.
 */
export class FileWriting extends Writable {
  #asks = false;

  constructor(
    private readonly file: FileHandle,
    private readonly calls: FolderCalls,
    private readonly uri: string,
  ) {
    super();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#ask(() => this.#write(chunk), done);
  }

  override _writev(pieces: { chunk: Uint8Array }[], done: Done): void {
    this.#ask(async () => {
      for (const { chunk } of pieces) await this.#write(chunk);
    }, done);
  }

  override _final(done: Done): void {
    this.#ask(() => this.file.sync(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    void this.#close(error, done);
  }

  async #close(error: Error | null, done: Done): Promise<void> {
    const closing = this.calls.close(this.file);
    // It closes once what it was asked for has come, which may be never.
    if (!this.#asks) await closing;
    done(error);
  }

  #ask(work: () => Promise<void>, done: Done): void {
    void this.#asked(work, done);
  }

  async #asked(work: () => Promise<void>, done: Done): Promise<void> {
    this.#asks = true;
    const failure = await askFolder(this.calls, this.uri, work).then(
      () => null,
      (error: Error) => error,
    );
    // After a failure it may still be at work.
    this.#asks = failure !== null;
    done(failure);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength;) at += (await this.file.write(chunk, at)).bytesWritten;
  }
}
