import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Digest } from '../../../src/domain/digest.js';
import { ignoring } from '../../../src/platform/files/system-code.js';

/** What each version must hold: digests by path, by `model/vN`. */
export type Truth = Readonly<Record<string, Readonly<Record<string, Digest>>>>;

/** What a watcher saw until it was stopped. */
export interface Watched {
  /** Everything that was visible and wrong, in words. */
  readonly wrong: string[];
  /** The versions that were seen, whole. */
  readonly seen: Set<string>;
}

/** Looks at the models until it is stopped. */
export interface Watcher {
  /** The versions that it has seen whole so far. */
  readonly seen: ReadonlySet<string>;
  stop(): Promise<Watched>;
}

/** Digests by inode, time of the last change and size together: a file is read again whenever anybody touched it. */
type Known = Map<string, Digest>;

// Younger changes than this may have been made within one tick of the file system's clock.
const SETTLED_MS = 100;

/** What is wrong with the versions that are visible below `folder`/models now. Reads every byte. */
export async function lookAtModels(folder: string, truth: Truth, known: Known = new Map()): Promise<Watched> {
  const watched: Watched = { wrong: [], seen: new Set() };
  const models = join(folder, 'models');
  for (const model of await namesIn(models)) {
    for (const version of await namesIn(join(models, model))) {
      await lookAtVersion(join(models, model, version), `${model}/${version}`, { truth, known, watched });
    }
  }
  return watched;
}

/**
 * Looks at the models over and over while a test goes on. Versions may be added to `truth` meanwhile. Bytes that nobody
 * touched since are not read a second time, but for once at the end.
 */
export function watchModels(folder: string, truth: Truth): Watcher {
  const all: Watched = { wrong: [], seen: new Set() };
  const known: Known = new Map();
  let over = false;
  const watch = async (): Promise<void> => {
    for (let last = false; !last;) {
      last = over;
      const { wrong, seen } = await lookAtModels(folder, truth, last ? new Map() : known);
      all.wrong.push(...wrong);
      for (const name of seen) all.seen.add(name);
      if (!last) await wait(2);
    }
  };
  const watching = watch();
  return {
    seen: all.seen,
    stop: async () => {
      over = true;
      await watching;
      return all;
    },
  };
}

interface Look {
  readonly truth: Truth;
  readonly known: Known;
  readonly watched: Watched;
}

async function lookAtVersion(view: string, name: string, { truth, known, watched }: Look): Promise<void> {
  const { wrong, seen } = watched;
  const expected = truth[name];
  if (expected === undefined) return void wrong.push(`${name} should not be there`);
  const before = await stat(view).catch(ignoring('ENOENT'));
  const found: Record<string, Digest> = {};
  for (const path of await filesBelow(view, '')) {
    const digest = await digestAt(join(view, path), known);
    if (digest !== null) found[path] = digest;
  }
  // Taken away while it was looked at, which is no fault: what counts is a folder that was there all the time.
  const after = await stat(view).catch(ignoring('ENOENT'));
  if (before === undefined || after?.ino !== before.ino) return;
  const paths = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const faults = [...paths].filter((path) => expected[path] !== found[path]);
  for (const path of faults) wrong.push(`${name}/${path} is ${found[path] ?? 'not there'}, not ${expected[path]}`);
  if (faults.length === 0) seen.add(name);
}

async function digestAt(path: string, known: Known): Promise<Digest | null> {
  const found = await stat(path, { bigint: true }).catch(ignoring('ENOENT'));
  if (found === undefined) return null;
  // Nobody but the kernel sets the time of a file's last change (ctime).
  const print = `${found.ino}/${found.ctimeNs}/${found.size}`;
  const isSettled = Date.now() - Number(found.ctimeMs) > SETTLED_MS;
  const before = known.get(print);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  } catch (error) {
    ignoring('ENOENT')(error);
    return null;
  }
  const digest: Digest = `sha256:${hash.digest('hex')}`;
  if (isSettled) known.set(print, digest);
  return digest;
}

async function filesBelow(folder: string, path: string): Promise<string[]> {
  const entries = (await readdir(join(folder, path), { withFileTypes: true }).catch(ignoring('ENOENT'))) ?? [];
  const paths = entries.map(async (entry) => {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, below) : [below];
  });
  return (await Promise.all(paths)).flat();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoring('ENOENT'))) ?? [];
}
