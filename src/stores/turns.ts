import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import PQueue from 'p-queue';
import type { Asking } from './artifact-store.js';
import { EndpointPatience } from './endpoint-patience.js';

/** How much one endpoint is asked. What is left out has no limit. */
export interface TurnLimits {
  /** Requests at once. */
  readonly concurrency?: number;
  /** New requests in any one second; 0 for no limit. */
  readonly requestsPerSecond?: number;
  /** Objects that are read at once by those who are not urgent. */
  readonly reads?: number;
  /** For how long it is left alone at most when it asks for that, in milliseconds. */
  readonly mostWaitMs?: number;
}

const URGENT = 1;
// Waiting for the second to pass would hold up an urgent request that long: parts of it are counted by themselves.
const WINDOWS = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/**
 * The turns of one endpoint. Urgent requests come before all others that wait, and a quarter of the turns is kept for
 * them: thousands of others, however slow the endpoint, never hold all. Nobody has a turn while it asks to be left alone.
 */
export class Turns {
  readonly #requests: PQueue;
  readonly #bulk: PQueue;
  readonly #reads: PQueue;

  /** `patience`: what the endpoint asked for, and whoever asks it has to note. */
  constructor(
    { concurrency = Infinity, requestsPerSecond = 0, reads = Infinity }: TurnLimits,
    readonly patience = new EndpointPatience('the endpoint'),
  ) {
    const kept = concurrency === Infinity ? 0 : Math.floor(concurrency / 4);
    this.#requests = new PQueue({ concurrency, ...rateOf(requestsPerSecond) });
    this.#bulk = new PQueue({ concurrency: concurrency - kept });
    this.#reads = new PQueue({ concurrency: reads });
  }

  /** Whether nobody has a turn or waits for one, and it may be asked. */
  get idle(): boolean {
    if (this.patience.isWaiting) return false;
    return [this.#requests, this.#bulk, this.#reads].every(({ size, pending }) => size + pending === 0);
  }

  /**
   * Runs one request when its turn has come. Rejects with the signal's reason when that is aborted before, and with an
   * OutboundError where the endpoint asked to be left alone.
   */
  async asking<T>(asking: Asking, request: () => Promise<T>): Promise<T> {
    this.patience.require(asking);
    if (asking.urgent === true) return this.#request(asking, request);
    const leave = await entered(this.#bulk, asking);
    try {
      // Those that waited go without a turn of the second, of which there may be few.
      this.patience.require(asking);
      return await this.#request(asking, request);
    } finally {
      leave();
    }
  }

  /**
   * Opens an object and hands on its bytes. Reading may take hours, so it has turns of its own, held until the stream
   * ends: it never takes those of requests. An urgent read takes none: somebody waits for it, at a pace of their own,
   * who must not stand in the way of others.
   */
  async reading(asking: Asking, open: () => Promise<Readable>): Promise<Readable> {
    this.patience.require(asking);
    if (asking.urgent === true) return open();
    const leave = await entered(this.#reads, asking);
    try {
      const stream = await open();
      if (stream.closed) leave();
      return stream.once('close', leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #request<T>(asking: Asking, request: () => Promise<T>): Promise<T> {
    const leave = await entered(this.#requests, asking);
    try {
      return await this.patience.run(asking, request);
    } finally {
      leave();
    }
  }
}

/** Waits for a place in the queue; answers how to leave it. */
function entered(queue: PQueue, { signal, urgent }: Asking): Promise<() => void> {
  // As many as one caller asks for at once wait on its signal; Node.js takes more than ten for a leak, and warns.
  if (signal) setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const stay = (): Promise<void> => new Promise((leave) => resolve(leave));
    queue.add(stay, { signal, priority: urgent === true ? URGENT : 0 }).catch(reject);
  });
}

/** So many windows of a second, and so many requests in any one of them, as come nearest to the rate from below. */
function rateOf(perSecond: number): { strict: true; interval: number; intervalCap: number } | object {
  if (perSecond === 0) return {};
  const taken = (windows: number): number => windows * Math.floor(perSecond / windows);
  const [windows = 1] = WINDOWS.toSorted((a, b) => taken(b) - taken(a));
  return { strict: true, interval: 1_000 / windows, intervalCap: Math.max(1, Math.floor(perSecond / windows)) };
}
