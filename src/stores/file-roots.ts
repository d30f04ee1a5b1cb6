import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isPrefix } from '../domain/artifact.js';
import { isInside, isMachinesOwn } from '../domain/folder.js';
import { askFolder } from './ask-folder.js';
import { pathOfFileUri } from './file-uri.js';
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

  // Each root is asked by itself: one that hangs says nothing about what does not lie in it.
  async #inAnother(
    path: string,
    own: string | undefined,
    uri: string,
    signal?: AbortSignal,
  ): Promise<FilePlace | null> {
    for (const root of this.#roots) {
      if (root === own) continue;
      const answer = await this.#folders.of(root).run(() => this.#realRoot(root), { signal });
      const folder = 'silent' in answer ? this.#known(root) : answer.value;
      if (!leadsInto(folder, path, uri)) continue;
      if ('silent' in answer) throw new StoreError('unreachable', uri, answer.silent);
      return { path, root, folder };
    }
    return null;
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
