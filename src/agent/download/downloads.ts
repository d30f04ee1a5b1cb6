import type { Artifact } from '../../domain/version-record.js';
import type { Planned } from '../cache/ledger.js';
import type { NodeCache } from '../cache/node-cache.js';
import { partialName } from '../cache/holdings.js';
import { filesBelow } from '../cache/trees.js';
import { nameOf, type VersionKey } from '../cache/version-key.js';
import { allOrFirstFailure } from './all-or-first-failure.js';
import { asFailure, DownloadFailure, isWrongContent, type DownloadFailureCode } from './download-failure.js';
import { fetchFile, type Fetching } from './fetch-file.js';
import { fetchTree } from './fetch-tree.js';
import { planVersion, type VersionPlan, type WantedTree } from './plan-version.js';
import { ProgressTeller, type Progress } from './progress.js';
import { DOWNLOAD_SETTINGS, type DownloadSettings } from './settings.js';
import { Tools, type Sources } from './tools.js';
import { treeFiles, type TreeFileWanted } from './tree-files.js';

/** A version to have on this node. */
export interface VersionRequest extends VersionKey {
  /** As its record has them. */
  readonly artifacts: readonly Artifact[];
  /** What must not be evicted to make room for it. Asked when room is made. */
  readonly protectedVersions?: () => Iterable<VersionKey>;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends it, and keeps what came for another time. */
  readonly signal?: AbortSignal;
}

/** How it ended. `bytesFetched` came from stores; what was here already is not in it. */
export type VersionResult =
  | { readonly state: 'resident'; readonly bytesFetched: number }
  | {
      readonly state: 'failed';
      readonly code: DownloadFailureCode;
      /** For people: what is wrong with which file, or how much room is missing. */
      readonly text: string;
      readonly bytesFetched: number;
    };

/** Brings versions into a node's cache. */
export class Downloads {
  readonly #tools: Tools;

  constructor(cache: NodeCache, sources: Sources, settings: Partial<DownloadSettings> = {}) {
    this.#tools = new Tools(cache, sources, { ...DOWNLOAD_SETTINGS, ...settings });
  }

  /**
   * Fetches what the cache lacks of a version and makes its folder appear. What cannot be had is answered; only an
   * abort is thrown, with the signal's reason.
   */
  async fetch(request: VersionRequest): Promise<VersionResult> {
    const { cache, settings } = this.#tools;
    const progress = new ProgressTeller(request.onProgress ?? (() => undefined), settings.tellEveryMs);
    const signal = request.signal ?? new AbortController().signal;
    const beat = setInterval(() => progress.again(), Math.max(settings.tellEveryMs, 100));
    try {
      signal.throwIfAborted();
      if (!(await isWhole(cache, request))) await this.#fetch(request, progress, signal);
      progress.become('resident');
      return { state: 'resident', bytesFetched: progress.fetched };
    } catch (error) {
      signal.throwIfAborted();
      const { code, message: text } = asFailure(error, nameOf(request));
      progress.become('failed', text);
      return { state: 'failed', code, text, bytesFetched: progress.fetched };
    } finally {
      clearInterval(beat);
    }
  }

  /** Ends the threads. Downloads must have ended. */
  async close(): Promise<void> {
    await this.#tools.hashes.close();
  }

  async #fetch(request: VersionRequest, progress: ProgressTeller, signal: AbortSignal): Promise<void> {
    const { cache } = this.#tools;
    progress.become('pending');
    const plan = planVersion(request.artifacts);
    const { model, version } = request;
    const { end } = await cache.begin(
      { model, version },
      plan.files,
      plan.trees.map(({ path, digest }) => ({ path, digest })),
    );
    try {
      await this.#fetchAll(request, plan, progress, signal).catch(async (error: unknown) => {
        // A tree may have changed while it was read, and be right now. Single files have been fetched anew by then.
        if (signal.aborted || plan.trees.length === 0 || !isWrongContent(error)) throw error;
        await this.#fetchAll(request, plan, progress, signal);
      });
      await cache.publish(request);
    } finally {
      end();
    }
  }

  async #fetchAll(
    request: VersionRequest,
    plan: VersionPlan,
    progress: ProgressTeller,
    signal: AbortSignal,
  ): Promise<void> {
    const tools = this.#tools;
    const trees = new Map<WantedTree, TreeFileWanted[]>();
    for (const tree of plan.trees) trees.set(tree, await this.#filesOf(request, tree, signal));
    const all = [...plan.wanted, ...[...trees.values()].flat()];
    const total = all.reduce((sum, { size }) => sum + size, 0);
    progress.begin(total);
    const planned: Planned[] = [];
    for (const { name, size, digest } of all) {
      if (digest === null || !(await tools.cache.has(digest))) planned.push({ name, size });
    }
    const room = await tools.cache.makeRoom(planned, request.protectedVersions?.() ?? [], (key) =>
      progress.become('evicting', nameOf(key)),
    );
    if (!room.granted) throw new DownloadFailure('no-room', `${nameOf(request)} ${room.text}`);
    const { reservation } = room;
    try {
      progress.become('downloading');
      const fetching: Omit<Fetching, 'signal'> = { tools, progress, reservation };
      const jobs = [
        ...plan.wanted.map(
          (file) => (stop: AbortSignal) =>
            tools.files(async () => {
              stop.throwIfAborted();
              await fetchFile(file, { ...fetching, signal: stop });
            }),
        ),
        ...[...trees].map(
          ([tree, files]) =>
            (stop: AbortSignal) =>
              fetchTree(request, tree, files, { ...fetching, signal: stop }),
        ),
      ];
      await allOrFirstFailure(jobs, signal, (job, stop) => job(stop));
    } finally {
      reservation.release();
    }
  }

  /** What a tree consists of. Its store is not asked where a version on this node has the same tree. */
  async #filesOf(key: VersionKey, tree: WantedTree, signal: AbortSignal): Promise<TreeFileWanted[]> {
    const { cache } = this.#tools;
    const here = cache.filesOfTree(tree.digest) ?? [];
    const isHere = await Promise.all(here.map(({ digest }) => cache.has(digest)));
    if (here.length > 0 && isHere.every(Boolean)) {
      return here.map((file) => ({ ...file, name: partialName(tree.digest, file.path), uri: tree.uri }));
    }
    const holding = cache.holding(key);
    const known = holding === undefined ? [] : filesBelow(holding, tree);
    return treeFiles(tree, known, this.#tools, signal);
  }
}

/** Whether the version's folder is there, and as it should be: one that somebody meddled with is made anew. */
async function isWhole(cache: NodeCache, key: VersionKey): Promise<boolean> {
  if (!cache.isResident(key)) return false;
  return cache.publish(key).then(
    () => true,
    () => false,
  );
}
