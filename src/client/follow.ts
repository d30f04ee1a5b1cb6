import { backOffMs, sleep } from './back-off.js';
import { isFinal } from './errors.js';
import type { LastGoodFile } from './last-good-file.js';
import { Latest } from './latest.js';
import type { Resolution } from './resolution.js';
import { fromFile, keep, registryIsDown, resolveAtRegistry, type OnTrouble } from './resolve.js';
import type { Transport } from './transport.js';
import { readWatch, type WatchEvent } from './watch-stream.js';

export interface FollowOptions {
  /** Ends the iteration, quietly. */
  signal?: AbortSignal;
}

/** Where a follower stands, and what it needs. */
interface Follower {
  transport: Transport;
  model: string;
  alias: string;
  file: LastGoodFile | null;
  onTrouble: OnTrouble;
}

const FIRST_READ_MS = 5_000;
const RECONNECT = { baseMs: 500, capMs: 10_000 };

/**
 * Yields what the alias means now, then each newer meaning. Revisions only grow; a consumer that is busy misses what
 * was overtaken meanwhile, never the latest. Lost connections are made again, from where they were lost, for as long as
 * it takes. Throws only what waiting cannot mend: a refused token (401, 403) or a request that makes no sense (400).
 */
export async function* followAlias(follower: Follower, options: FollowOptions = {}): AsyncGenerator<Resolution, void> {
  const latest = new Latest<Resolution>();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) return;
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const pump = run(follower, latest, stop.signal)
    .catch((error: unknown) => (stop.signal.aborted ? undefined : latest.fail(error)))
    .finally(() => latest.end());
  try {
    for (;;) {
      const next = await latest.next();
      if (next === null || stop.signal.aborted) return;
      yield next;
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await pump;
  }
}

async function run(follower: Follower, latest: Latest<Resolution>, signal: AbortSignal): Promise<never> {
  const { transport, model, alias, file, onTrouble } = follower;
  const first = await firstMeaning(follower, signal);
  if (first) latest.put(first);
  let revision = first?.revision ?? -1;
  // The saved revision only filters; the watch starts afresh then, with a snapshot.
  let lastEventId = first?.source === 'registry' ? String(first.revision) : undefined;
  let failures = 0;
  let saving = Promise.resolve();
  const onAlive = (): void => {
    failures = 0;
  };
  const onEvent = ({ id, resolution: view }: WatchEvent): void => {
    if (id) lastEventId = id;
    if (!view || view.revision <= revision) return;
    revision = view.revision;
    const resolution: Resolution = { ...view, source: 'registry', ageSeconds: 0 };
    latest.put(resolution);
    if (file) saving = saving.then(() => keep(file, resolution, onTrouble));
  };
  try {
    for (;;) {
      await readWatch(transport, { model, alias, lastEventId }, { onAlive, onEvent }, signal).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          if (isFinal(error)) throw error;
          onTrouble(error instanceof Error ? error : new Error(String(error)));
        },
      );
      await sleep(backOffMs(failures, RECONNECT), signal);
      failures += 1;
    }
  } finally {
    await saving;
  }
}

// One plain read first: it answers at once, says when the alias does not exist yet, and knows the age of its answer.
async function firstMeaning(follower: Follower, signal: AbortSignal): Promise<Resolution | null> {
  const { transport, model, alias, file, onTrouble } = follower;
  try {
    // Once only: the watch that follows is the repeat, and a saved answer must not wait for a dead registry for long.
    const once = { signal, retries: 0, timeoutMs: FIRST_READ_MS };
    const resolution = await resolveAtRegistry(transport, model, alias, once);
    if (file) await keep(file, resolution, onTrouble);
    return resolution;
  } catch (error) {
    signal.throwIfAborted();
    if (isFinal(error) || !(error instanceof Error)) throw error;
    if (file && registryIsDown(error)) return fromFile(file, error, onTrouble).catch(() => null);
    onTrouble(error);
    return null;
  }
}
