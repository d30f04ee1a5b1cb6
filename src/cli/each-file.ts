import type { LocalFile } from './local-files.js';
import type { Shell } from './shell.js';

/** Does the work for one file after the other, showing how many bytes are done. Throws what the work throws. */
export async function eachFile<T>(
  shell: Pick<Shell, 'progress'>,
  label: string,
  files: readonly LocalFile[],
  work: (file: LocalFile, onProgress: (done: number) => void, index: number) => Promise<T>,
): Promise<T[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
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
