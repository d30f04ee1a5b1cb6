import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { S3Front } from '../../support/agent/s3-front.js';
import { ignoring } from '../../../src/platform/files/system-code.js';
import { lookAtModels, watchModels, type Truth, type Watched, type Watcher } from '../../support/agent/watch-models.js';
import { spawnLastgood, type ProcessEnd, type ProductProcess } from '../../support/processes.js';

/** What a start of an agent has that others have not. */
export interface AgentOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** One line of an agent's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A node on which one agent after the other may run, all on one cache folder. */
export class PoolNode {
  readonly #processes: ProductProcess[] = [];

  constructor(
    readonly name: string,
    private readonly pool: string,
    readonly folder: string,
    readonly front: S3Front,
    private readonly env: Readonly<Record<string, string>>,
    private readonly truth: Truth,
  ) {
    // The folder goes with the test too; nobody may write there by then.
    onTestFinished(async () => void (await Promise.all(this.#processes.map((one) => one.end('SIGKILL')))));
  }

  /** Starts the agent. It neither scrubs nor warms, and leaves nothing free, unless it is told otherwise. */
  start({ env = {}, flags = [] }: AgentOptions = {}): ProductProcess {
    const quiet = { LASTGOOD_AGENT_RENEW_SECONDS: '1', LASTGOOD_SCRUB_RATE: '0', LASTGOOD_WARM_RATE: '0' };
    const places = ['--name', this.name, '--cache', this.folder, '--label', `pool=${this.pool}`];
    const args = ['agent', ...places, '--runtime', 'none', '--floor', '0', ...flags];
    const process = spawnLastgood(args, { env: { ...this.env, ...quiet, ...env } });
    this.#processes.push(process);
    return process;
  }

  /** Ends the agent that was started last. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd | undefined> {
    const end = await this.#processes.at(-1)?.end(signal);
    // What was on its way to it counts no more from here on.
    await this.front.settled();
    return end;
  }

  /** What all agents of the node have logged so far. */
  get log(): LogLine[] {
    const lines = this.#processes.flatMap((one) => one.stderr().split('\n'));
    return lines
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Whether an agent of the node has logged this. */
  hasLogged(text: string): boolean {
    return this.log.some(({ msg }) => msg.includes(text));
  }

  /** How many bytes the agents say they fetched for each version that became resident or failed. */
  get bytesFetched(): number[] {
    return this.log.flatMap(({ bytesFetched }) => (typeof bytesFetched === 'number' ? [bytesFetched] : []));
  }

  /** The versions that are visible, such as `v1`. */
  async visible(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'models', this.pool)).catch(ignoring('ENOENT'));
    return (names ?? []).toSorted();
  }

  /** Looks once at every byte that is visible. */
  async look(): Promise<Watched> {
    return lookAtModels(this.folder, this.truth);
  }

  /** Looks at every visible byte over and over. */
  watch(): Watcher {
    return watchModels(this.folder, this.truth);
  }
}
