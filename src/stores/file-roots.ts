import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isPrefix } from '../domain/artifact.js';
import { isInside, isMachinesOwn } from '../domain/folder.js';
import { askFolder } from './ask-folder.js';
import { pathOfFileUri } from './file-uri.js';
import type { Answer } from './folder-calls.js';
import type { Folders } from './folders.js';
import { shownUri } from './shown-uri.js';
import { StoreError } from './store-error.js';
import { StoreRefusal } from './store-refusal.js';

/** Where a URI leads: the real path, the root that it lies in as it was given, and the root's own real path. */
export interface FilePlace {
  readonly path: string;
  readonly root: string;
  readonly folder: string;
}

interface Followed {
  readonly path: string;
  readonly folder: string | null;
}

/** The folders that file URIs may lead into, symbolic links followed. Everything outside is refused. */
export class FileRoots {
  readonly #roots: readonly string[];
  readonly #innermostFirst: readonly string[];
  readonly #folders: Folders;
  readonly #lastReal = new Map<string, string>();

  constructor(roots: readonly string[], folders: Folders) {
    this.#roots = [...new Set(roots.map((root) => resolve(root)))];
    this.#innermostFirst = this.#roots.toSorted((a, b) => b.length - a.length);
    this.#folders = folders;
  }

  /**
   * Where the URI leads, or why it is refused. Worked out anew each time, since links can be changed. What is not there
   * yet counts by the nearest folder above it that is. A root itself may be named as a prefix. Throws a StoreError
   * (`unreachable`) where a folder does not answer, and the signal's reason.
   */
  async resolve(uri: string, signal?: AbortSignal): Promise<FilePlace | StoreRefusal> {
    const named = pathOfFileUri(uri);
    if (named instanceof StoreRefusal) return named;
    if (isMachinesOwn(named)) return machinesOwn(uri);
    const own = this.#rootOver(named);
    const { path, folder } = await this.#followed(named, own, uri, signal);
    if (isMachinesOwn(path)) return machinesOwn(uri);
    if (own !== undefined && folder !== null && leadsInto(folder, path, uri)) return { path, root: own, folder };
    return (await this.#inAnother(path, own, uri, signal)) ?? this.#outside(uri);
  }

  /** The root that the URI names, links not followed, without touching a disk; the first one where it names none. */
  named(uri: string): string {
    const path = pathOfFileUri(uri);
    return (typeof path === 'string' ? this.#rootOver(path) : undefined) ?? this.#roots[0] ?? '/';
  }

  #rootOver(path: string): string | undefined {
    return this.#innermostFirst.find((root) => path === root || isInside(root, path));
  }

  async #followed(named: string, own: string | undefined, uri: string, signal?: AbortSignal): Promise<Followed> {
    const calls = own === undefined ? this.#folders.elsewhere() : this.#folders.of(own);
    const look = async (): Promise<Followed> => {
      const path = await realPathOf(named);
      return { path, folder: own === undefined ? null : await this.#realRoot(own) };
    };
    try {
      return await askFolder(calls, uri, look, { signal });
    } catch (error) {
      // Where it leads cannot be told, but it names nothing that is served.
      const isOutside = own === undefined && !this.#roots.some((root) => leadsInto(this.#known(root), named, uri));
      if (isOutside && error instanceof StoreError) return { path: named, folder: null };
      throw error;
    }
  }

  // Each root is asked by itself: one that hangs says nothing about what does not lie in it. Where it led there when last
  // seen comes first, so that nobody waits for another.
  async #inAnother(
    path: string,
    own: string | undefined,
    uri: string,
    signal?: AbortSignal,
  ): Promise<FilePlace | null> {
    const others = this.#roots.filter((root) => root !== own);
    const isLikely = (root: string): boolean => leadsInto(this.#known(root), path, uri);
    for (const roots of [others.filter(isLikely), others.filter((root) => !isLikely(root))]) {
      // At once: several that hang are not waited for one after the other.
      const answers = await Promise.all(roots.map(async (root) => ({ root, answer: await this.#asked(root, signal) })));
      for (const { root, answer } of answers) {
        const folder = 'silent' in answer ? this.#known(root) : answer.value;
        if (!leadsInto(folder, path, uri)) continue;
        if ('silent' in answer) throw new StoreError('unreachable', uri, answer.silent);
        return { path, root, folder };
      }
    }
    return null;
  }

  #asked(root: string, signal?: AbortSignal): Promise<Answer<string>> {
    return this.#folders.of(root).run(() => this.#realRoot(root), { signal });
  }

  async #realRoot(root: string): Promise<string> {
    const real = await realPathOf(root);
    this.#lastReal.set(root, real);
    return real;
  }

  /** Where a root that does not answer lay when it last did. */
  #known(root: string): string {
    return this.#lastReal.get(root) ?? root;
  }

  #outside(uri: string): StoreRefusal {
    const roots = this.#roots.join(', ');
    return new StoreRefusal(
      'outside-roots',
      `${shownUri(uri)} lies outside the folders served here: ${roots}. LASTGOOD_FILE_ROOTS names more of them.`,
    );
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

function leadsInto(folder: string, path: string, uri: string): boolean {
  return isInside(folder, path) || (path === folder && isPrefix(uri));
}

function machinesOwn(uri: string): StoreRefusal {
  const text = 'lies where this machine shows its own state, which is no place for artifacts';
  return new StoreRefusal('outside-roots', `${shownUri(uri)} ${text}`);
}
