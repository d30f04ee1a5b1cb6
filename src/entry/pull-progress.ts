import type { Progress } from '../agent/download/index.js';
import type { Shell } from '../cli/index.js';

/** How far a pull is: a bar where a person looks on, else a JSON document a line. */
export class PullProgress {
  private constructor(
    private readonly shell: Pick<Shell, 'out'>,
    private readonly bar: { advanceTo(done: number): void; stop(): void } | null,
  ) {}

  static async start(shell: Shell, json: boolean, label: string, total: number): Promise<PullProgress> {
    return new PullProgress(shell, json ? null : await shell.progress(label, total));
  }

  /** For programs alone. */
  tell(document: object): void {
    if (this.bar === null) this.shell.out(JSON.stringify(document));
  }

  moved({ state, bytesDone, bytesTotal, bytesPerSecond, etaMs, text }: Progress): void {
    this.bar?.advanceTo(bytesDone);
    const etaSeconds = etaMs === null ? null : Math.ceil(etaMs / 1000);
    const rate = Math.round(bytesPerSecond);
    this.tell({ event: 'progress', state, bytesDone, bytesTotal, bytesPerSecond: rate, etaSeconds, text });
  }

  stop(): void {
    this.bar?.stop();
  }
}
