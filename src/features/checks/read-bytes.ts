import { isPrefix } from '../../domain/artifact.js';
import { ResumableSha256 } from '../../domain/resumable-sha256.js';
import type { BytesRead } from './bytes-read.js';
import { readFile, type FileToRead, type ReadingTime, type ReadingTools } from './read-file.js';
import { readTree } from './read-tree.js';
import { SharedTime } from './shared-time.js';

/**
 * Reads the bytes of an artifact, a single file or all files below a prefix, and digests them. Null where the time was
 * up before the end; the next call goes on from there.
 * @throws StoreError where they cannot be had; the signal's reason, with the progress saved
 */
export function readBytes(tools: ReadingTools, artifact: FileToRead, time: ReadingTime): Promise<BytesRead | null> {
  return isPrefix(artifact.uri) ? readTree(tools, artifact.uri, time) : readOne(tools, artifact, time);
}

async function readOne(tools: ReadingTools, file: FileToRead, time: ReadingTime): Promise<BytesRead | null> {
  const read = await readFile({ ...tools, hash: await ResumableSha256.create(), spent: new SharedTime() }, file, time);
  if (read?.done.digest == null) return null;
  const { digest, bytes, readMs } = read.done;
  return { digest, bytes, readMs, pieced: read.pieced };
}
