import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isPrefix } from '../domain/artifact.js';
import { pathOfFileUri } from './file-uri.js';
import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

/** The folders that file URIs may lead into, symbolic links followed. Everything outside is refused. */
export class FileRoots {
  readonly #roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.#roots = [...new Set(roots.map((root) => resolve(root)))];
  }

  /**
   * The real path behind the URI and the root it lies in, or why it is refused. Worked out anew each time, since
   * links can be changed. What is not there yet counts by the nearest folder above it that is. A root itself may be
   * named as a prefix.
   */
  async resolve(uri: string): Promise<{ path: string; root: string } | StoreRefusal> {
    const path = pathOfFileUri(uri);
    if (path instanceof StoreRefusal) return path;
    const real = await realPathOf(path);
    if (isMachinesOwn(path) || isMachinesOwn(real)) {
      const text = 'lies where this machine shows its own state, which is no place for artifacts';
      return new StoreRefusal('outside-roots', `${shownUri(uri)} ${text}`);
    }
    for (const root of this.#roots) {
      const folder = await realPathOf(root);
      if (isInside(folder, real) || (real === folder && isPrefix(uri))) return { path: real, root };
    }
    const roots = this.#roots.join(', ');
    return new StoreRefusal(
      'outside-roots',
      `${shownUri(uri)} lies outside the folders served here: ${roots}. LASTGOOD_FILE_ROOTS names more of them.`,
    );
  }

  /** Whether a real path lies in one of the folders. */
  async holds(real: string): Promise<boolean> {
    const folders = await Promise.all(this.#roots.map(realPathOf));
    return folders.some((folder) => isInside(folder, real));
  }

  /** The root that the URI names, links not followed, without touching a disk; the first one where it names none. */
  named(uri: string): string {
    const path = pathOfFileUri(uri);
    const named = this.#roots.find((root) => typeof path === 'string' && (path === root || isInside(root, path)));
    return named ?? this.#roots[0] ?? '/';
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not to be entered: then nothing below can be opened either, and its parent says where it would lie.
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}

// What lies here are no files: the environment of this process, its memory, what the kernel knows.
function isMachinesOwn(path: string): boolean {
  return isInside('/proc', path) || isInside('/sys', path);
}

function isInside(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}
