import { onTestFinished } from 'vitest';
import type { DiskLimits } from '../../../src/agent/cache/index.js';
import type { ImageRuntime } from '../../../src/agent/image/index.js';
import { runNodeAgent, type AgentTimes } from '../../../src/agent/loop/index.js';
import { LastgoodClient } from '../../../src/client/index.js';
import type { AssignmentView } from '../../../src/contract/node-views.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import type { ScriptedRegistry } from '../../support/agent/scripted-registry.js';
import { startNode, type Node } from './node.js';

/** Short waits. */
const TIMES: Partial<AgentTimes> = {
  renewMs: 100,
  progressMs: 20,
  waitSeconds: 1,
  retry: { baseMs: 20, capMs: 100 },
  lookAtImagesMs: 200,
  tidyMs: 50,
};

/** A node with its agent running. */
export interface AgentNode extends Node {
  readonly name: string;
  /** What the agent logged, a line each. */
  readonly logged: string[];
  stop(): Promise<void>;
}

export interface AgentOptions {
  readonly node?: Node;
  readonly limits?: DiskLimits;
  readonly runtime?: ImageRuntime;
  readonly times?: Partial<AgentTimes>;
  readonly now?: () => number;
}

/** Starts an agent on a node of its own, or on one that a test prepared; it stops with the test. */
export async function startAgent(
  registry: ScriptedRegistry,
  name: string,
  { node: given, limits = { budget: null, floor: 0 }, runtime, times = {}, now = Date.now }: AgentOptions = {},
): Promise<AgentNode> {
  const node = given ?? (await startNode({ cache: { limits, now } }));
  const logged: string[] = [];
  const line = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const abort = new AbortController();
  const running = runNodeAgent(
    {
      node: name,
      agentVersion: '0.1.0',
      labels: { zone: 'b' },
      gpus: [{ product: 'NVIDIA L40S', count: 8, memoryBytes: 48 * 1024 ** 3 }],
      limits,
      registry: new LastgoodClient({ url: registry.url }),
      cache: node.cache,
      downloads: node.downloads,
      runtime: runtime ?? null,
      warmBytesPerSecond: 1e9,
      scrub: null,
      log: { info: line, warn: line, error: line },
      times: { ...TIMES, ...times },
    },
    abort.signal,
  );
  const stop = async (): Promise<void> => {
    abort.abort(new Error('the test ends'));
    await running;
  };
  onTestFinished(stop);
  return { ...node, name, logged, stop };
}

/** An assignment of a version with these artifacts, to be fetched now unless told otherwise. */
export function assignment(version: number, artifacts: Artifact[], more: Partial<AssignmentView> = {}): AssignmentView {
  return {
    model: 'fraud',
    version,
    role: 'live',
    artifacts,
    image: null,
    go: true,
    waitsFor: null,
    warm: false,
    ...more,
  };
}
