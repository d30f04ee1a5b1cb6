import { mkdir, rename, symlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const ROUNDS = 4;
const REST_MS = 2;

/**
 * A folder that is swapped for a link to `outside` and back, as fast as the file system can, until `stop` is called; then
 * it is the folder. Now and then it stays that for a moment: who looks several times on the way would else hardly ever
 * come as far as the last look.
 */
export async function swappedFolder(path: string, outside: string): Promise<{ stop(): Promise<void> }> {
  const [folder, link] = [`${path}-folder`, `${path}-link`];
  await mkdir(path, { recursive: true });
  await symlink(outside, link);
  const over = new AbortController();
  const swapping = (async () => {
    for (let round = 1; !over.signal.aborted; round++) {
      if (round % ROUNDS === 0) await sleep(REST_MS);
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
