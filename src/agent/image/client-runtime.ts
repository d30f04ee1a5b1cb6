import { CLIENTS, isPlainHost, type Client } from './clients.js';
import type { ImageRuntime, RuntimeName } from './image-runtime.js';
import { fullReference } from './reference.js';
import { ClientFailure, runClient } from './run-client.js';

export interface ClientRuntimeOptions {
  /** Where the client lies; its own name, to be found on the PATH, unless told. */
  readonly command?: string;
  /** Put in front of its arguments, such as the address of its socket. */
  readonly prefix?: readonly string[];
  /** Registries that are spoken to without TLS, as `host[:port]`. */
  readonly plainHosts?: readonly string[];
  readonly pullTimeoutMs?: number;
}

const LOOK_TIMEOUT_MS = 30_000;
const PULL_TIMEOUT_MS = 60 * 60_000;

/** A runtime that is spoken to through its own client. */
export class ClientRuntime implements ImageRuntime {
  readonly #client: Client;
  readonly #command: string;

  constructor(
    readonly name: RuntimeName,
    private readonly options: ClientRuntimeOptions = {},
  ) {
    this.#client = CLIENTS[name];
    this.#command = options.command ?? name;
  }

  /** Why the runtime cannot be asked; null where it answers. Throws the signal's reason. */
  async problem(signal: AbortSignal): Promise<string | null> {
    try {
      await this.#run(this.#client.probe, LOOK_TIMEOUT_MS, signal);
      return null;
    } catch (error) {
      if (error instanceof ClientFailure) return error.message;
      throw error;
    }
  }

  async has(image: string, signal: AbortSignal): Promise<boolean> {
    const reference = fullReference(image);
    const printed = await this.#run(this.#client.show(reference), LOOK_TIMEOUT_MS, signal);
    return this.#client.shows(printed, reference);
  }

  async pull(image: string, signal: AbortSignal, said?: (line: string) => void): Promise<void> {
    const reference = fullReference(image);
    const isPlain = isPlainHost(reference, new Set(this.options.plainHosts));
    const { pullTimeoutMs = PULL_TIMEOUT_MS } = this.options;
    await this.#run(this.#client.pull(reference, isPlain), pullTimeoutMs, signal, said);
  }

  #run(
    args: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
    said?: (line: string) => void,
  ): Promise<string> {
    const all = [...(this.options.prefix ?? []), ...args];
    return runClient({ command: this.#command, args: all, timeoutMs, signal, said });
  }
}
