import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../domain/version-record.js';
import { systemCode } from '../../platform/files/system-code.js';
import { CacheUnusable, nameOf, NodeCache, type VersionKey } from '../cache/index.js';
import { Downloads, type Progress, type Sources } from '../download/index.js';
import { copyView } from './copy-view.js';
import { folderProblem } from './folder-problem.js';
import { PullFailure } from './pull-failure.js';
import { TargetFolder } from './target-folder.js';

export interface PullRequest extends VersionKey {
  readonly artifacts: readonly Artifact[];
  readonly folder: string;
  /** The cache folder of this node's agent, which may be running; null where there is none. */
  readonly cache: string | null;
  readonly sources: Sources;
  readonly parts: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Told why the cache was not used, though it has the version. */
  readonly onNote: (text: string) => void;
}

export interface Pulled {
  readonly from: 'folder' | 'cache' | 'store';
  /** Bytes that came from a store. */
  readonly bytesFetched: number;
}

/**
 * Makes a version appear as a folder, whole and verified: not at all where it is there already, from the node's cache
 * where that has it, else from its store. Throws a PullFailure, the signal's reason, and what the file system throws.
 * What came before a failure is kept beside the folder for the next try.
 */
export async function pullVersion(request: PullRequest): Promise<Pulled> {
  const target = new TargetFolder(request.folder);
  const { artifacts, signal } = request;
  if (await target.isFilled()) {
    const problem = await folderProblem(target.path, artifacts, { signal, onRead: verifying(request) });
    if (problem === null) return { from: 'folder', bytesFetched: 0 };
    const text = `${target.path} holds something else (${problem}). Remove it, or name another folder.`;
    throw new PullFailure('folder-taken', text);
  }
  if (await fromCache(request, target)) return { from: 'cache', bytesFetched: 0 };
  return fromStore(request, target);
}

async function fromCache(request: PullRequest, target: TargetFolder): Promise<boolean> {
  const { cache, artifacts, signal, onNote } = request;
  if (cache === null) return false;
  const view = join(cache, 'models', nameOf(request));
  const copy = `${target.work}-${randomUUID()}`;
  try {
    await copyView(view, copy);
    // The same look as at bytes from a store: a cache may rot.
    const problem = await folderProblem(copy, artifacts, { signal, onRead: verifying(request) });
    if (problem === null) await target.become(copy);
    else onNote(`${view} is not used: ${problem}`);
    return problem === null;
  } catch (error) {
    // It is not there, or the agent evicts it this moment.
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function fromStore(request: PullRequest, target: TargetFolder): Promise<Pulled> {
  const { model, version, artifacts, sources, parts, signal, onProgress } = request;
  await mkdir(target.work, { recursive: true });
  const { cache } = await NodeCache.open(target.work, { limits: { budget: null, floor: 0 } }).catch(refused);
  const downloads = new Downloads(cache, sources, { parts });
  let bytesFetched: number;
  try {
    const result = await downloads.fetch({ model, version, artifacts, signal, onProgress });
    if (result.state === 'failed') throw new PullFailure(result.code, result.text);
    ({ bytesFetched } = result);
    await target.become(cache.viewOf({ model, version }));
  } finally {
    await downloads.close();
    await cache.close();
  }
  await rm(target.work, { recursive: true, force: true });
  return { from: 'store', bytesFetched };
}

function verifying({ artifacts, onProgress }: PullRequest): (bytes: number) => void {
  const bytesTotal = artifacts.reduce((sum, { size }) => sum + size, 0);
  let bytesDone = 0;
  return (bytes) => {
    bytesDone += bytes;
    onProgress({ state: 'verifying', bytesDone, bytesTotal, bytesPerSecond: 0, etaMs: null });
  };
}

function refused(error: unknown): never {
  if (!(error instanceof CacheUnusable)) throw error;
  throw new PullFailure('folder-taken', `Somebody else is pulling into the same folder. ${error.message}`);
}
