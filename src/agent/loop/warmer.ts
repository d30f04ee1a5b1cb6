import { open, readdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { AssignmentView } from '../../contract/node-views.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import { nameOf, type NodeCache } from '../cache/index.js';
import { Pace } from '../scrub/pace.js';
import type { NodeState } from './node-state.js';
import { sizeOf } from './parts.js';

export interface WarmerOptions {
  readonly cache: NodeCache;
  readonly state: NodeState;
  readonly log: StructuredLog;
  readonly bytesPerSecond: number;
  /** How often what is warm is read again, since the kernel may have dropped it; in milliseconds. */
  readonly everyMs: number;
}

const CHUNK = 1024 * 1024;

/**
 * Those versions to read, in the order of the list, as long as they fit into half of the machine's memory together:
 * reading more would only drive out what was read first. Sizes are in bytes.
 */
export function toWarm(assignments: readonly AssignmentView[], memory: number): AssignmentView[] {
  let left = memory / 2;
  return assignments.filter(({ warm, artifacts }) => {
    const size = sizeOf(artifacts);
    if (!warm || size > left) return false;
    left -= size;
    return true;
  });
}

/** Reads the weights of versions that must come back at once, so that they lie in the page cache. */
export class Warmer {
  readonly #readAt = new Map<string, number>();
  readonly #errors: RepeatedErrors;

  constructor(private readonly options: WarmerOptions) {
    this.#errors = new RepeatedErrors(options.log, 'the weights of a version could not be read into the page cache');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { state, cache, everyMs } = this.options;
    const bell = state.bell();
    for (;;) {
      const wanted = toWarm(state.assignments, totalmem()).filter((one) => cache.isResident(one));
      const now = performance.now();
      const next = wanted.find((one) => now - (this.#readAt.get(nameOf(one)) ?? -Infinity) >= everyMs);
      if (next === undefined) await bell.wait(Math.min(everyMs, 10_000), signal);
      else await this.#warm(next, signal);
    }
  }

  async #warm(assignment: AssignmentView, signal: AbortSignal): Promise<void> {
    this.#readAt.set(nameOf(assignment), performance.now());
    try {
      await readThrough(this.options.cache.viewOf(assignment), this.options.bytesPerSecond, signal);
    } catch (error) {
      signal.throwIfAborted();
      // It may have been taken away meanwhile; then it is not resident, and not read again.
      this.#errors.report(error);
    }
  }
}

async function readThrough(folder: string, bytesPerSecond: number, signal: AbortSignal): Promise<void> {
  const pace = new Pace(bytesPerSecond);
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const handle = await open(join(entry.parentPath, entry.name), 'r');
    try {
      for (let bytesRead = -1; bytesRead !== 0;) {
        signal.throwIfAborted();
        ({ bytesRead } = await handle.read(buffer, 0, CHUNK));
        await pace.took(bytesRead, signal);
      }
    } finally {
      await handle.close();
    }
  }
}
