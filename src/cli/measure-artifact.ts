import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPrefix, treeDigest, type TreeFile } from '../contract/artifact-rules.js';
import { CommandFailure, usage } from './command-failure.js';
import { eachFile } from './each-file.js';
import { hashFile } from './hash-file.js';
import { filesBelow, type LocalFile } from './local-files.js';
import { BY_HAND } from './prefix-help.js';
import type { Shell } from './shell.js';

/**
 * The digest and size of what a `file://` URI names on this machine, a file or all files below a folder; null for
 * URIs of other places. Throws a usage failure that names the URI where it cannot be read.
 */
export async function measureArtifact(
  uri: string,
  shell: Pick<Shell, 'progress'>,
): Promise<{ digest: string; size: number } | null> {
  if (!uri.startsWith('file://')) return null;
  try {
    const files = await filesAt(uri);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const hashed = await eachFile(shell, 'hashing', files, async ({ file, path }, onProgress): Promise<TreeFile> => {
      return { path, digest: await hashFile(file, onProgress) };
    });
    const digest = isPrefix(uri) ? treeDigest(hashed) : hashed[0]?.digest;
    return digest === undefined ? null : { digest, size };
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`--artifact ${uri} cannot be read from here (${why}): give its digest= and size=.${byHand(uri)}`);
  }
}

/** How to work out what is missing: for a prefix the command lines, for a file nothing, since sha256sum is known. */
export function byHand(uri: string): string {
  return isPrefix(uri) ? `\nInside a copy of the folder:\n${BY_HAND.join('\n')}` : '';
}

async function filesAt(uri: string): Promise<LocalFile[]> {
  const file = fileURLToPath(uri);
  const found = await stat(file);
  const said = `--artifact ${uri}`;
  if (isPrefix(uri)) return filesBelow(file, said);
  if (found.isDirectory()) throw usage(`${said} is a folder: end the URI with / to register all files below it.`);
  if (!found.isFile()) throw usage(`${said} is no file.`);
  return [{ file, path: basename(file), size: found.size }];
}
