/** What runs containers on this node, as far as its images go. */
export interface ImageRuntime {
  /** For people: `ctr`, `docker`. */
  readonly name: string;

  /** Whether the runtime has the image, which is named by digest. Rejects where it cannot be asked. */
  has(image: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Has the runtime pull the image. `said` is told its newest line, for people. Rejects with what the runtime says is
   * wrong, when it takes too long, and with the signal's reason.
   */
  pull(image: string, signal: AbortSignal, said?: (line: string) => void): Promise<void>;
}

export const RUNTIME_NAMES = ['crictl', 'ctr', 'nerdctl', 'docker'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];
