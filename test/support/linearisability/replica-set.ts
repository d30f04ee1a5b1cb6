import { setTimeout as sleep } from 'node:timers/promises';
import { startLastgood, type ListeningProcess, type ProcessEnd } from '../processes.js';

// A replica whose connection is cut while it loads must not serve, so it ends; something starts it again.
const START_ATTEMPTS = 10;

/** One life of a replica, from its start to its end. */
export interface Life {
  /** Different for each life of each replica. */
  readonly id: string;
  readonly slot: number;
  readonly url: string;
}

/** Several replicas of the built product on one database. */
export class ReplicaSet {
  private readonly slots: ({ life: Life; process: ListeningProcess } | null)[];
  private lives = 0;
  /** Starts that failed because the database's connection was cut meanwhile. */
  failedStarts = 0;
  /** What replicas said that ended without being killed. */
  readonly crashes: string[] = [];

  private constructor(
    count: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.slots = Array.from({ length: count }, () => null);
  }

  /** Starts so many replicas with the given environment. */
  static async start(count: number, env: Readonly<Record<string, string>>): Promise<ReplicaSet> {
    const set = new ReplicaSet(count, env);
    await Promise.all(set.slots.map((_, slot) => set.start(slot, 1)));
    return set;
  }

  /** The replicas that are up. */
  get living(): Life[] {
    return this.slots.flatMap((slot) => (slot ? [slot.life] : []));
  }

  /** One that is up. Throws where none is. */
  get any(): Life {
    const [life] = this.living;
    if (!life) throw new Error('no replica is up');
    return life;
  }

  /** Ends a replica by SIGKILL, in the middle of whatever it does, and starts it again after so long. */
  async replace(slot: number, downMs: number): Promise<void> {
    await this.kill(slot);
    await sleep(downMs);
    await this.start(slot, START_ATTEMPTS);
  }

  async end(): Promise<void> {
    await Promise.all(this.slots.map((_, slot) => this.kill(slot)));
  }

  private async kill(slot: number): Promise<void> {
    const running = this.slots[slot];
    this.slots[slot] = null;
    await running?.process.end('SIGKILL');
  }

  private async start(slot: number, attempts: number): Promise<void> {
    this.lives += 1;
    const id = `${slot}.${this.lives}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const process = await startLastgood(['serve', '--port', '0'], { env: this.env });
        this.slots[slot] = { life: { id, slot, url: process.url }, process };
        void process.ended.then((end) => this.noteCrash(slot, process, end));
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
        this.failedStarts += 1;
      }
    }
  }

  private noteCrash(slot: number, process: ListeningProcess, { code, stderr }: ProcessEnd): void {
    if (this.slots[slot]?.process !== process) return;
    this.slots[slot] = null;
    this.crashes.push(`replica ${slot} ended by itself with ${code}: ${stderr}`);
  }
}
