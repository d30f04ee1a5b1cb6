import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { RepeatedErrors } from '../../telemetry/repeated-errors.js';
import type { StructuredLog } from '../../telemetry/structured-log.js';
import { backOffMs } from '../../timing/back-off.js';

const RETRY_MS = 250;
const RETRY_CAP_MS = 10_000;
/** How long PostgreSQL may take to let us in, or to answer, before the connection counts as dead. */
const ANSWER_MS = 5000;
const PING_MS = 10_000;

/** What a listener is told; times in milliseconds. */
export interface ListenOptions {
  databaseUrl: string;
  channel: string;
  /** Called with the payload of each notification, and without after each connect: what was sent in between is lost. */
  onNotify: (payload?: string) => void;
  log: StructuredLog;
  /** How often a quiet connection is asked for a sign of life; 10000. */
  pingMs?: number;
}

/** Listens to one channel of PostgreSQL on a connection of its own, and connects again for as long as it runs. */
export class PgListener {
  private readonly errors: RepeatedErrors;
  private readonly stopped = new AbortController();
  private client: Client | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: ListenOptions) {
    this.errors = new RepeatedErrors(
      options.log,
      'notifications are away; what they announce is found by looking, later',
    );
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the connection at once, whatever state it is in. A stopped listener is not started again. */
  async stop(): Promise<void> {
    this.stopped.abort();
    // pg's own `end` waits for an answer, and for ever while it still connects.
    this.client?.connection.stream.destroy();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    for (let failures = 1; !signal.aborted; failures += 1) {
      if (await this.listen()) failures = 1;
      await sleep(backOffMs(failures, RETRY_MS, RETRY_CAP_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether a connection stood for a while */
  private async listen(): Promise<boolean> {
    const { databaseUrl, channel, onNotify } = this.options;
    const patience = { connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS };
    const name = { application_name: 'lastgood-listen' };
    const client = new Client({ connectionString: databaseUrl, ...name, ...patience });
    const ended = new AbortController();
    client.on('end', () => ended.abort());
    // Of one connection only the first: what follows is how it ends, or our own doing.
    let toTell = true;
    const tell = (error: unknown): void => {
      if (toTell) this.report(error);
      toTell = false;
    };
    client.on('error', tell);
    client.on('notification', ({ payload }) => onNotify(payload));
    this.client = client;
    let stood = false;
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      stood = true;
      onNotify();
      await this.watchOver(client, ended.signal);
    } catch (error) {
      tell(error);
    }
    toTell = false;
    client.connection.stream.destroy();
    this.client = undefined;
    return stood;
  }

  /**
   * Returns when the connection has ended. One that was dropped silently, by a firewall or a proxy, never reports
   * that by itself, so it is asked for a sign of life now and then.
   * @throws where it gives none
   */
  private async watchOver(client: Client, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await sleep(this.options.pingMs ?? PING_MS, undefined, { signal: ended }).catch(() => undefined);
      if (!ended.aborted) await client.query('SELECT');
    }
  }

  private report(error: unknown): void {
    if (!this.stopped.signal.aborted) this.errors.report(error);
  }
}
