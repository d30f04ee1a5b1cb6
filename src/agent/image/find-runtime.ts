import { ClientRuntime, type ClientRuntimeOptions } from './client-runtime.js';
import { RUNTIME_NAMES, type ImageRuntime, type RuntimeName } from './image-runtime.js';

/** Which runtime to use: a certain one, the first that answers, or none, because images are somebody else's business. */
export type RuntimeChoice = RuntimeName | 'auto' | 'none';

/**
 * The node's runtime; null for `none`. Where the one that was named does not answer, or none does, it is a runtime whose
 * every answer says so: an agent that starts before its node's containerd must find it later.
 */
export function chosenRuntime(
  choice: RuntimeChoice,
  options: Pick<ClientRuntimeOptions, 'plainHosts'>,
): ImageRuntime | null {
  if (choice === 'none') return null;
  return choice === 'auto' ? new FoundRuntime(options) : new ClientRuntime(choice, options);
}

/** The first runtime on this machine that answers, looked for until one does. */
export class FoundRuntime implements ImageRuntime {
  #found: ClientRuntime | null = null;

  constructor(private readonly options: ClientRuntimeOptions) {}

  get name(): string {
    return this.#found?.name ?? 'auto';
  }

  async has(image: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#runtime(signal)).has(image, signal);
  }

  async pull(image: string, signal: AbortSignal, said?: (line: string) => void): Promise<void> {
    return (await this.#runtime(signal)).pull(image, signal, said);
  }

  async #runtime(signal: AbortSignal): Promise<ClientRuntime> {
    if (this.#found !== null) return this.#found;
    const problems: string[] = [];
    for (const name of RUNTIME_NAMES) {
      const runtime = new ClientRuntime(name, this.options);
      const problem = await runtime.problem(signal);
      if (problem === null) return (this.#found = runtime);
      problems.push(problem);
    }
    throw new Error(
      `no container runtime answers (${problems.join('; ')}): start one, or say --runtime none where images are not Lastgood's business`,
    );
  }
}
