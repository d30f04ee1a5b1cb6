import { startLastgood, type ListeningProcess } from '../processes.js';

// A replica whose connection is cut while it loads must not serve, so it ends; something starts it again.
const START_ATTEMPTS = 10;

/** One life of a replica, from its start to its end. */
export interface Life {
  /** Different for each life of each replica. */
  readonly id: string;
  readonly url: string;
}

/** Several replicas of the built product on one database. */
export class ReplicaSet {
  private readonly slots: ({ life: Life; process: ListeningProcess } | null)[];
  private lives = 0;
  /** Starts that failed because the database's connection was cut meanwhile. */
  failedStarts = 0;

  private constructor(
    count: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.slots = Array.from({ length: count }, () => null);
  }

  /** Starts so many replicas with the given environment. */
  static async start(count: number, env: Readonly<Record<string, string>>): Promise<ReplicaSet> {
    const set = new ReplicaSet(count, env);
    await Promise.all(set.slots.map((_, slot) => set.restart(slot)));
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

  get size(): number {
    return this.slots.length;
  }

  /** Ends a replica by SIGKILL, in the middle of whatever it does. */
  async kill(slot: number): Promise<void> {
    const running = this.slots[slot];
    this.slots[slot] = null;
    await running?.process.end('SIGKILL');
  }

  /** Starts a replica that is down. Throws when it does not come up. */
  async restart(slot: number): Promise<void> {
    this.lives += 1;
    const id = `${slot}.${this.lives}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const process = await startLastgood(['serve', '--port', '0'], { env: this.env });
        this.slots[slot] = { life: { id, url: process.url }, process };
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        this.failedStarts += 1;
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.slots.map((_, slot) => this.kill(slot)));
  }
}
