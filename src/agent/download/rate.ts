const WINDOW_MS = 10_000;
const SAMPLE_MS = 250;

/** How fast bytes come, over the last ten seconds. Measured on a clock that nobody sets. */
export class Rate {
  #samples: { at: number; bytes: number }[] = [];
  #bytes = 0;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  add(bytes: number): void {
    this.#bytes += bytes;
    const at = this.monotonicMs();
    const last = this.#samples.at(-1);
    if (last && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, bytes: this.#bytes });
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW_MS);
  }

  /** Bytes a second; 0 before anything could be measured. */
  get bytesPerSecond(): number {
    const now = this.monotonicMs();
    const first = this.#samples.find((sample) => now - sample.at <= WINDOW_MS);
    if (first === undefined || now <= first.at) return 0;
    return ((this.#bytes - first.bytes) * 1000) / (now - first.at);
  }
}
