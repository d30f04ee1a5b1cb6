import { createReadStream } from 'node:fs';
import type { ArtifactInput } from '../client/index.js';
import { bytes, counted } from './format.js';
import { hashFile } from './hash-file.js';
import { localFiles, type LocalFile } from './local-files.js';
import type { Session } from './run-command.js';

/** Hashes the files that `--upload` names, uploads what the store lacks, and gives back the artifacts to record. */
export async function uploadFiles(session: Session, uploads: readonly string[]): Promise<ArtifactInput[]> {
  if (uploads.length === 0) return [];
  const files = await localFiles(uploads);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const digests = await eachWithProgress(session, 'hashing', total, files, ({ file }, onProgress) =>
    hashFile(file, onProgress),
  );
  let skipped = 0;
  const uris = await eachWithProgress(session, 'uploading', total, files, async ({ file, size }, onProgress, index) => {
    const upload = await session.client.uploadArtifact(digests[index] ?? '', size, createReadStream(file), {
      onProgress,
    });
    if (upload.skipped) skipped += 1;
    return upload.uri;
  });
  const already = skipped === 0 ? '' : `; the store had ${skipped} of them`;
  session.output.note(`uploaded ${counted(files.length, 'file')}, ${bytes(total)}${already}`);
  return files.map(({ path, size }, index) => ({ uri: uris[index] ?? '', digest: digests[index] ?? '', size, path }));
}

async function eachWithProgress<T>(
  { shell }: Session,
  label: string,
  total: number,
  files: LocalFile[],
  work: (file: LocalFile, onProgress: (done: number) => void, index: number) => Promise<T>,
): Promise<T[]> {
  const progress = await shell.progress(label, total);
  const results: T[] = [];
  let before = 0;
  try {
    for (const [index, file] of files.entries()) {
      results.push(await work(file, (done) => progress.advanceTo(before + done), index));
      before += file.size;
      progress.advanceTo(before);
    }
  } finally {
    progress.stop();
  }
  return results;
}
