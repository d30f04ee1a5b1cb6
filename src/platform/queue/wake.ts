/** A bell: whoever waits is woken by a ring, and a ring that nobody waited for is not lost. */
export class Wake {
  private rung = false;
  private wakeUp: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wakeUp?.();
  }

  /** Returns at the next ring, at once if it rang since the last wait, or after `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wakeUp = undefined;
    this.rung = false;
  }
}
