import type { GpuView } from '../../contract/node-views.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import type { DiskLimits, NodeCache } from '../cache/index.js';
import type { Downloads } from '../download/index.js';
import type { ImageRuntime } from '../image/index.js';
import { diskOf } from '../machine/disk.js';
import { gpuLabels } from '../machine/gpus.js';
import type { Scrub } from '../scrub/index.js';
import { agentId } from './agent-id.js';
import { Follower } from './follower.js';
import { Housekeeper } from './housekeeper.js';
import { ImageWorker } from './image-worker.js';
import type { NodeRegistry } from './node-registry.js';
import { NodeState } from './node-state.js';
import { PlanFile } from './plan-file.js';
import { Presence } from './presence.js';
import { Reporter } from './reporter.js';
import { scrubbing } from './scrubber.js';
import { Warmer } from './warmer.js';
import { WeightsWorker } from './weights-worker.js';

/** How the agent's loops pace themselves; times are in milliseconds unless the name says otherwise. */
export interface AgentTimes {
  readonly renewMs: number;
  readonly progressMs: number;
  readonly waitSeconds: number;
  readonly retry: { readonly baseMs: number; readonly capMs: number };
  readonly lookAtImagesMs: number;
  readonly tidyMs: number;
  readonly warmMs: number;
}

export const AGENT_TIMES: AgentTimes = {
  renewMs: 15_000,
  progressMs: 1_000,
  waitSeconds: 30,
  retry: { baseMs: 5_000, capMs: 300_000 },
  lookAtImagesMs: 60_000,
  tidyMs: 60_000,
  warmMs: 600_000,
};

export interface NodeAgentOptions {
  readonly node: string;
  readonly agentVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly gpus: readonly GpuView[];
  readonly limits: DiskLimits;
  readonly registry: NodeRegistry;
  readonly cache: NodeCache;
  readonly downloads: Pick<Downloads, 'fetch'>;
  /** Null where images are somebody else's business. */
  readonly runtime: ImageRuntime | null;
  /** Null where nothing is read into the page cache. */
  readonly warmBytesPerSecond: number | null;
  readonly scrub: Scrub | null;
  readonly log: StructuredLog;
  readonly times?: Partial<AgentTimes>;
}

/**
 * Keeps on this node what the registry says must lie here, and tells it what does. Ends once the signal is aborted, with
 * what it was fetching kept for the next start; throws only what an agent cannot go on from.
 */
export async function runNodeAgent(options: NodeAgentOptions, signal: AbortSignal): Promise<void> {
  const { node, cache, registry, log } = options;
  const times = { ...AGENT_TIMES, ...options.times };
  const agent = await agentId(cache.folder);
  const planFile = new PlanFile(cache.folder);
  const state = new NodeState(cache, options.runtime !== null);
  const kept = await planFile.read(node);
  const presence = new Presence({ node, registry, state, log, renewMs: times.renewMs, describe });
  const { retry, progressMs, waitSeconds } = times;
  const weights = new WeightsWorker({ cache, downloads: options.downloads, state, log, retry });
  const loops: ((stop: AbortSignal) => Promise<void>)[] = [
    (stop) => presence.run(stop),
    (stop) => new Reporter({ node, agent, registry, state, presence, log, progressMs }).run(stop),
    (stop) => new Follower({ node, registry, state, planFile, log, waitSeconds }).run(stop),
    (stop) => weights.run(stop),
    (stop) => new Housekeeper({ cache, state, log, everyMs: times.tidyMs }).run(stop),
  ];
  const { runtime, scrub, warmBytesPerSecond: bytesPerSecond } = options;
  if (runtime !== null) {
    const images = new ImageWorker({ runtime, state, log, retry, lookEveryMs: times.lookAtImagesMs });
    loops.push((stop) => images.run(stop));
  }
  if (scrub !== null)
    loops.push((stop) => scrubbing(scrub, log, (versions, why) => state.damaged(versions, why), stop));
  if (bytesPerSecond !== null) {
    const warmer = new Warmer({ cache, state, log, bytesPerSecond, everyMs: times.warmMs });
    loops.push((stop) => warmer.run(stop));
  }
  if (kept !== null) state.follow(kept);
  await allUntil(loops, signal);

  async function describe(): Promise<Parameters<NodeRegistry['registerNode']>[1]> {
    const { agentVersion, gpus, limits } = options;
    const labels = { ...gpuLabels(gpus), ...options.labels };
    return { agent, agentVersion, labels, gpus: [...gpus], disk: await diskOf(cache, limits) };
  }
}

/** Runs loops until the signal is aborted. Where one breaks, the others are stopped too, and its error is thrown. */
async function allUntil(loops: readonly ((stop: AbortSignal) => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  if (signal.aborted) return;
  signal.addEventListener('abort', onAbort, { once: true });
  let broken: { error: unknown } | null = null;
  await Promise.all(
    loops.map(async (loop) => {
      try {
        await loop(stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        broken = { error };
        stop.abort();
      }
    }),
  );
  signal.removeEventListener('abort', onAbort);
  if (broken !== null) throw (broken as { error: unknown }).error;
}
