import { Logger } from '@nestjs/common';
import { nestQueueLog } from '../../platform/queue/queue-log.js';
import { PgListener } from '../../platform/queue/pg-listener.js';
import type { ResolutionRepository } from './resolution.repository.js';
import type { ResolutionTable } from './resolution-table.js';

/** The channel on which a commit announces the newest revision. */
export const ALIAS_CHANNEL = 'lastgood_alias';

const BATCH = 1000;
const HEARTBEAT_MS = 1000;

/**
 * Keeps the table at the newest revision. Notifications make it quick; the heartbeat, which asks for the newest revision
 * every second, makes a lost notification or connection a delay and nothing more, and tells how old an answer is.
 */
export class AliasFeed {
  private readonly log = new Logger('alias-feed');
  private readonly listener: PgListener;
  private heartbeat: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private again = false;
  private down = false;
  private confirmedAt = 0;

  constructor(
    private readonly repository: ResolutionRepository,
    private readonly table: ResolutionTable,
    databaseUrl: string,
  ) {
    this.listener = new PgListener(databaseUrl, ALIAS_CHANNEL, () => void this.catchUp(), nestQueueLog());
  }

  /** Loads everything, then follows. Throws when the first load fails: a replica that knows nothing must not serve. */
  async start(): Promise<void> {
    const { revision, rows } = await this.repository.loadAll();
    this.table.reset(revision, rows);
    this.confirmedAt = Date.now();
    this.listener.start();
    this.heartbeat = setInterval(() => void this.catchUp(), HEARTBEAT_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.heartbeat);
    await this.listener.stop();
    await this.running;
  }

  /** Milliseconds since the table was last known to be the newest there is. */
  get ageMs(): number {
    return Math.max(0, Date.now() - this.confirmedAt);
  }

  /** Brings the table up to date. Calls that arrive while one runs share one further run. Never throws. */
  catchUp(): Promise<void> {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      do {
        this.again = false;
        const asked = Date.now();
        await this.takeAll();
        this.confirmedAt = asked;
      } while (this.again);
      if (this.down) this.log.log('the database answers again; every change is in');
      this.down = false;
    } catch (error) {
      if (!this.down) this.log.error(`answering from memory: the database does not answer (${String(error)})`);
      this.down = true;
    }
  }

  private async takeAll(): Promise<void> {
    if ((await this.repository.revision()) <= this.table.revision) return;
    for (let more = true; more;) {
      const changes = await this.repository.changesAfter(this.table.revision, BATCH);
      if (changes.changes.length > 0) this.table.apply(changes);
      more = changes.more;
    }
  }
}
