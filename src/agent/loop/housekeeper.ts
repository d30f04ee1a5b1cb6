import { sleep } from '../../client/back-off.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import { nameOf, type NodeCache } from '../cache/index.js';
import type { NodeState } from './node-state.js';
import { part } from './parts.js';

export interface HousekeeperOptions {
  readonly cache: NodeCache;
  readonly state: NodeState;
  readonly log: StructuredLog;
  readonly everyMs: number;
}

/** Notes what is needed, and brings the cache back under its limits where something else filled the disk. */
export class Housekeeper {
  readonly #errors: RepeatedErrors;

  constructor(private readonly options: HousekeeperOptions) {
    this.#errors = new RepeatedErrors(options.log, 'the cache cannot be brought under its limits');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { cache, state, everyMs } = this.options;
    for (;;) {
      cache.need(state.assignments);
      if (state.plan !== null && state.standing !== 'taken') await this.#keepUnderLimits();
      await sleep(everyMs, signal);
    }
  }

  async #keepUnderLimits(): Promise<void> {
    const { cache, state, log } = this.options;
    const room = await cache.makeRoom([], state.protectedVersions(), (key) => state.setWeights(key, part('evicting')));
    if (!room.granted) return this.#errors.report(new Error(room.text));
    room.reservation.release();
    for (const key of room.evicted) {
      state.setWeights(key, null);
      log.info({}, `${nameOf(key)} was evicted, since the disk has too little room`);
    }
  }
}
