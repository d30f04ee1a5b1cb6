import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { CacheUnusable, NodeCache, type DiskLimits } from '../agent/cache/index.js';
import { DOWNLOAD_SETTINGS, Downloads } from '../agent/download/index.js';
import { chosenRuntime } from '../agent/image/index.js';
import { runNodeAgent } from '../agent/loop/index.js';
import { readGpus } from '../agent/machine/gpus.js';
import { Scrub } from '../agent/scrub/index.js';
import { CLIENT_VERSION, LastgoodClient } from '../client/index.js';
import { parseByteSize } from '../domain/byte-size.js';
import { ConfigError, labelOf, loadConfig, type Config } from '../platform/config/index.js';
import { createLog } from '../platform/telemetry/logger.js';
import { StoreSet } from '../stores/store-set.js';
import { tellingWaits } from '../stores/told-waits.js';
import { endWithReason, unexpected } from './end-with-reason.js';
import { untilSignal } from './shutdown.js';
import { StartError } from './start-error.js';
import { storeOptions } from './store-options.js';

const EXPECTED = [ConfigError, CacheUnusable, StartError];

/** `lastgood agent`: keeps on this node what the registry says must lie here. Opens no port. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await endWithReason(explain, async () => {
    const config = loadConfig({ env: process.env, flags });
    const log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    await untilSignal({ graceSeconds: config.shutdownGraceSeconds, log }, (onStop) => start(config, log, onStop));
  });
}

async function start(config: Config, log: Logger, onStop: (step: () => Promise<void>) => void): Promise<void> {
  const { agent, oci } = config;
  const registry = registryOf(config);
  const node = agent.name === '' ? hostname() : agent.name;
  const folder = agent.cache === '' ? join(config.dataDir, 'cache') : resolve(agent.cache);
  const limits: DiskLimits = { budget: sizeIn(agent.budget), floor: sizeIn(agent.floor) ?? 0 };
  const onProblem = (error: unknown): void => log.warn({ reason: unexpected(error) }, 'a note could not be written');
  const { cache, recovered } = await NodeCache.open(folder, { limits, onProblem });
  onStop(() => cache.close());
  const { resident, dropped, rotten } = recovered;
  log.info({ resident: resident.length, dropped: dropped.length, rotten: rotten.length }, `the cache is ${folder}`);
  const { limits: storeLimits, ...places } = storeOptions(config);
  // The turns of the stores are for servers, which have other things to do beside reading.
  const concurrency = Math.max(config.storeConcurrency, 2 * agent.parts);
  const limitsOfStores = { ...storeLimits, concurrency, reads: agent.parts, mostWaitMs: DOWNLOAD_SETTINGS.capMs };
  const onWait = tellingWaits((fields, message) => log.warn(fields, message));
  const stores = await StoreSet.open({ ...places, limits: limitsOfStores, onWait });
  onStop(async () => stores.close());
  const downloads = new Downloads(cache, stores, { parts: agent.parts });
  onStop(() => downloads.close());
  const gpus = await readGpus().catch((error: unknown) => {
    log.warn({ reason: unexpected(error) }, 'nvidia-smi does not say which GPUs there are, so the node has none');
    return [];
  });
  const stop = new AbortController();
  const running = runNodeAgent(
    {
      node,
      agentVersion: CLIENT_VERSION,
      labels: Object.fromEntries(agent.labels.map(labelOf)),
      gpus,
      limits,
      registry,
      cache,
      downloads,
      runtime: chosenRuntime(agent.runtime, { plainHosts: plainHosts(oci.allowedHosts) }),
      warmBytesPerSecond: sizeIn(agent.warmRate) || null,
      scrub: scrubOf(cache, agent),
      log,
      times: { renewMs: agent.renewSeconds * 1000 },
    },
    stop.signal,
  ).catch((error: unknown) => {
    log.fatal(error, 'the agent broke; what lies here stays, start it again');
    process.exit(1);
  });
  onStop(async () => {
    stop.abort(new Error('the agent is stopping'));
    await running;
  });
  console.log(`keeping node ${node} in ${folder} for ${agent.url}`);
}

function registryOf({ agent, token }: Config): LastgoodClient {
  return new LastgoodClient({ url: agent.url, ...(token === '' ? {} : { token }), actor: 'lastgood agent' });
}

function scrubOf(cache: NodeCache, { scrubRate, scrubSeconds }: Config['agent']): Scrub | null {
  const bytesPerSecond = sizeIn(scrubRate) ?? 0;
  return bytesPerSecond === 0 ? null : new Scrub(cache, { bytesPerSecond, everyMs: scrubSeconds * 1000 });
}

function sizeIn(text: string): number | null {
  return text === '' ? null : parseByteSize(text);
}

/** The registries that may be spoken to without TLS, as the stores may. */
function plainHosts(allowed: readonly string[]): string[] {
  return allowed.filter((host) => /^http:/i.test(host)).map((host) => host.replace(/^http:\/\//i, ''));
}

function explain(error: unknown): string {
  return EXPECTED.some((kind) => error instanceof kind) ? (error as Error).message : unexpected(error);
}
