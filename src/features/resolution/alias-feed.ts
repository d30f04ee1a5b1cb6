import { PgListener } from '../../platform/database/listen/pg-listener.js';
import { Outage } from '../../platform/telemetry/outage.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import type { Changes, ResolutionRepository } from './resolution.repository.js';
import type { ResolutionTable } from './resolution-table.js';

/** The channel on which a commit announces the newest revision. */
export const ALIAS_CHANNEL = 'lastgood_alias';

const BATCH = 1000;
const HEARTBEAT_MS = 1000;

/** What a transaction of this replica has just committed: all of its changes, and how their aliases stand since. */
export type OwnChange = Pick<Changes, 'changes' | 'rows'>;

/**
 * Keeps the table at the newest revision. Notifications make it quick; the heartbeat, which asks for the newest revision
 * every second, makes a lost notification or connection a delay and nothing more, and tells how old an answer is.
 */
export class AliasFeed {
  private readonly log = nestLog('alias-feed');
  private readonly outage = new Outage(this.log, {
    gone: 'the database does not answer; aliases are resolved from memory',
    back: 'the database answers again; every change is in',
  });
  private readonly listener: PgListener;
  private heartbeat: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  /** The newest revision that somebody has asked for since the run under way began; Infinity for whatever there is. */
  private wanted = 0;
  private confirmedAt = 0;
  private startsOver = false;
  /** Some aliases are ahead of the table's revision: the last batch was cut short, and its rows are of the present. */
  private isBehind = false;

  constructor(
    private readonly repository: ResolutionRepository,
    private readonly table: ResolutionTable,
    databaseUrl: string,
  ) {
    const onNotify = (revision?: string) => void this.catchUp(Number(revision || Infinity));
    this.listener = new PgListener({ databaseUrl, channel: ALIAS_CHANNEL, onNotify, log: this.log });
  }

  /** Loads everything, then follows. Throws when the first load fails: a replica that knows nothing must not serve. */
  async start(): Promise<void> {
    await this.startOver();
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
    return performance.now() - this.confirmedAt;
  }

  /**
   * Brings the table to `revision`, or to the newest there is. Calls that arrive while one runs share one further run,
   * unless that one brings what they want: a move and the notification of it ask for the same. Never throws.
   */
  catchUp(revision = Infinity): Promise<void> {
    if (revision <= this.table.revision) return Promise.resolve();
    this.wanted = Math.max(this.wanted, revision);
    return (this.running ??= this.run());
  }

  /** Takes in what was committed here without asking for it, where nothing that came before it is still to come. */
  take(own: OwnChange): void {
    const [first] = own.changes;
    if (!first || first.revision > this.table.revision + 1 || this.startsOver || this.isBehind) return;
    try {
      this.table.apply(own);
    } catch (error) {
      // It is committed, whatever becomes of taking it in.
      this.log.error({ reason: String(error) }, 'a change of this replica could not be taken in');
    }
  }

  private async run(): Promise<void> {
    try {
      while (this.wanted > this.table.revision) {
        this.wanted = 0;
        const asked = performance.now();
        await this.takeAll();
        this.confirmedAt = asked;
      }
      this.outage.worked();
    } catch (error) {
      this.outage.failed(error);
    }
    // In the same breath as the last look at what is wanted: whoever asks from now on gets a run of their own.
    this.running = null;
  }

  private async takeAll(): Promise<void> {
    for (let newest = Infinity; newest > this.table.revision;) {
      // Meanwhile the table may get further, by what is committed here.
      const from = this.table.revision;
      const found = await this.repository.changesAfter(from, BATCH);
      ({ newest } = found);
      if (newest < from) {
        const went = { from, to: newest };
        this.log.error(went, 'the database went back in time, as a restored or failed-over one does; starting over');
        await this.startOver();
      }
      this.isBehind = false;
      if (found.changes.length === 0) return;
      this.table.apply(found);
      this.isBehind = newest > this.table.revision;
    }
  }

  private async startOver(): Promise<void> {
    const asked = performance.now();
    this.startsOver = true;
    try {
      const { revision, rows } = await this.repository.loadAll();
      this.table.reset(revision, rows);
      this.confirmedAt = asked;
    } finally {
      this.startsOver = false;
    }
  }
}
