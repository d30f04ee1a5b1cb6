import type { Schema } from './setting.js';

export const runtimes = ['auto', 'crictl', 'ctr', 'nerdctl', 'docker', 'none'] as const;

/** What a node's agent keeps where, and how much it may take. Sizes are texts such as `800GB`. */
export interface AgentSettings {
  readonly agent: {
    readonly url: string;
    readonly name: string;
    readonly cache: string;
    readonly budget: string;
    readonly floor: string;
    readonly labels: readonly string[];
    readonly runtime: (typeof runtimes)[number];
    readonly parts: number;
    readonly renewSeconds: number;
    readonly scrubRate: string;
    readonly scrubSeconds: number;
    readonly warmRate: string;
  };
}

const day = 24 * 60 * 60;

/** The settings of `lastgood agent`; the servers have no use for them. */
export const agentSettings: Schema<AgentSettings> = {
  agent: {
    url: {
      doc: 'The registry that the agent reports to.',
      format: 'http-url',
      default: 'http://127.0.0.1:7420',
      env: 'LASTGOOD_URL',
      flag: '--url',
    },
    name: {
      doc: "The node's name; when empty, the host name of the machine.",
      format: 'node-name',
      default: '',
      env: 'LASTGOOD_NODE',
      flag: '--name',
    },
    cache: {
      doc: "Folder for the node's weights, on one file system; when empty, `cache` in the data folder.",
      format: 'text',
      default: '',
      env: 'LASTGOOD_CACHE',
      flag: '--cache',
    },
    budget: {
      doc: 'Most that the cache may take; when empty, only the disk limits it.',
      format: 'byte-size',
      default: '',
      env: 'LASTGOOD_CACHE_BUDGET',
      flag: '--budget',
    },
    floor: {
      doc: 'What the cache leaves free on its file system.',
      format: 'byte-size',
      default: '10GB',
      env: 'LASTGOOD_CACHE_FLOOR',
      flag: '--floor',
    },
    labels: {
      doc: 'Labels that pools select the node by, beside those of its GPUs. The flag may be repeated.',
      format: 'labels',
      default: [],
      env: 'LASTGOOD_NODE_LABELS',
      flag: '--label',
    },
    runtime: {
      doc: "Client of the node's container runtime, which pulls images: the first that answers, a certain one, or none.",
      format: 'choice',
      choices: runtimes,
      default: 'auto',
      env: 'LASTGOOD_RUNTIME',
      flag: '--runtime',
    },
    parts: {
      doc: 'Parts of files that are fetched at the same time.',
      format: 'whole-number',
      min: 1,
      max: 256,
      default: 8,
      env: 'LASTGOOD_DOWNLOAD_PARTS',
      flag: '--parts',
    },
    renewSeconds: {
      doc: "How often the agent renews its lease, in seconds: a third of the registry's lease.",
      format: 'whole-number',
      min: 1,
      max: 3600,
      default: 15,
      env: 'LASTGOOD_AGENT_RENEW_SECONDS',
    },
    scrubRate: {
      doc: 'How much of what lies there is read again and compared with its digest, a second; 0 turns it off.',
      format: 'byte-size',
      default: '20MB',
      env: 'LASTGOOD_SCRUB_RATE',
    },
    scrubSeconds: {
      doc: 'How long a file counts as verified before it is read again, in seconds.',
      format: 'whole-number',
      min: 60,
      max: 3650 * day,
      default: 14 * day,
      env: 'LASTGOOD_SCRUB_SECONDS',
    },
    warmRate: {
      doc: 'How fast weights that must come back at once are read into the page cache, a second; 0 turns it off.',
      format: 'byte-size',
      default: '200MB',
      env: 'LASTGOOD_WARM_RATE',
    },
  },
};
