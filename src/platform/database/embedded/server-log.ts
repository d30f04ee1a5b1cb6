import { chown, open, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ignoring } from '../../files/system-code.js';

const tenMebibytes = 10 * 1024 * 1024;

/** PostgreSQL's log file, opened for one start of the server. */
export interface ServerLog {
  readonly fd: number;
  /** What was written since it was opened, the last lines of it. */
  tail(): Promise<string>;
  /** Lets go of the file; a server that was given `fd` keeps writing. */
  close(): Promise<void>;
}

async function tailFrom(file: string, start: number): Promise<string> {
  const handle: FileHandle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - 4096);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-12).join('\n');
  } finally {
    await handle.close();
  }
}

/** Opens the log to append to it. A log that has grown large becomes `postgres.log.1` first, in place of an older one. */
export async function openServerLog(file: string): Promise<ServerLog> {
  const size = (await stat(file).catch(ignoring('ENOENT')))?.size ?? 0;
  if (size > tenMebibytes) await rename(file, `${file}.1`);
  const start = size > tenMebibytes ? 0 : size;
  const handle = await open(file, 'a', 0o600);
  if (process.getuid?.() === 0) {
    // Whose folder it is must be able to go on without us: someone may run once as root and then as themselves.
    const owner = await stat(dirname(file));
    await chown(file, owner.uid, owner.gid);
  }
  return { fd: handle.fd, tail: () => tailFrom(file, start), close: () => handle.close() };
}
