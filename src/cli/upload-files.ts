import { createReadStream } from 'node:fs';
import type { ArtifactInput } from '../client/index.js';
import { eachFile } from './each-file.js';
import { bytes, counted } from './format.js';
import { hashFile } from './hash-file.js';
import { localFiles } from './local-files.js';
import type { Session } from './run-command.js';

/** Hashes the files that `--upload` names, uploads what the store lacks, and gives back the artifacts to record. */
export async function uploadFiles(session: Session, uploads: readonly string[]): Promise<ArtifactInput[]> {
  if (uploads.length === 0) return [];
  const files = await localFiles(uploads);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const digests = await eachFile(session.shell, 'hashing', files, ({ file }, onProgress) => hashFile(file, onProgress));
  let skipped = 0;
  const uris = await eachFile(session.shell, 'uploading', files, async ({ file, size }, onProgress, index) => {
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
