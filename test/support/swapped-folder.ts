import { mkdir, rename, symlink } from 'node:fs/promises';

/** A folder that is swapped for a link to `outside` and back, as fast as the file system can, until `stop` is called. */
export async function swappedFolder(path: string, outside: string): Promise<{ stop(): Promise<void> }> {
  const [folder, link] = [`${path}-folder`, `${path}-link`];
  await mkdir(path, { recursive: true });
  await symlink(outside, link);
  const over = new AbortController();
  const swapping = (async () => {
    while (!over.signal.aborted) {
      await rename(path, folder);
      await rename(link, path);
      await rename(path, link);
      await rename(folder, path);
    }
  })();
  return {
    async stop() {
      over.abort();
      await swapping;
    },
  };
}
