import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { backOffMs } from './back-off.js';
import { deadline } from './deadline.js';
import type { QueueLog } from './queue-log.js';
import { RepeatedErrors } from './repeated-errors.js';

const RETRY_MS = 250;
const RETRY_CAP_MS = 10_000;
const STOP_MS = 6000;

/**
 * Listens to one channel of PostgreSQL on a connection of its own, and connects again for as long as it runs.
 * A notification sent while the connection is away is lost, so `onNotify` is called after each connect as well.
 */
export class PgListener {
  private readonly errors: RepeatedErrors;
  private readonly stopped = new AbortController();
  private connected: Client | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly channel: string,
    private readonly onNotify: () => void,
    log: QueueLog,
  ) {
    this.errors = new RepeatedErrors(log, 'notifications are away; rows are found by looking, a little later');
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the connection. A stopped listener is not started again. */
  async stop(): Promise<void> {
    this.stopped.abort();
    // A client that still connects is ended by whoever connects it: pg's `end` would never return.
    this.connected?.end().catch(() => undefined);
    // A connection that was dropped silently never reports its end.
    await deadline(this.running ?? Promise.resolve(), STOP_MS, 'the connection does not end').catch(() => undefined);
  }

  private async run(): Promise<void> {
    for (let failures = 1; !this.stopped.signal.aborted; failures += 1) {
      if (await this.listen()) failures = 1;
      const wait = backOffMs(failures, RETRY_MS, RETRY_CAP_MS);
      await sleep(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  /** @returns whether a connection stood for a while */
  private async listen(): Promise<boolean> {
    // Keepalive probes find a connection that was dropped silently, for instance by a firewall.
    const client = new Client({ connectionString: this.databaseUrl, connectionTimeoutMillis: 5000, keepAlive: true });
    const ended = new Promise<void>((resolve) => {
      client.on('end', resolve);
    });
    client.on('error', (error) => this.errors.report(error));
    client.on('notification', () => this.onNotify());
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.errors.report(error);
      await client.end().catch(() => undefined);
      return false;
    }
    this.connected = client;
    if (this.stopped.signal.aborted) client.end().catch(() => undefined);
    this.onNotify();
    await ended;
    this.connected = undefined;
    return true;
  }
}
