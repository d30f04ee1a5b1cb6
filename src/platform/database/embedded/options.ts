/** The part of a log that is needed here; pino's is one. */
export interface EmbeddedPostgresLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** The data folder of Lastgood; everything lies in `postgres` below it. */
  readonly dataDir: string;
  /** A port that it must be; without one, the port of the last start, or any free one. */
  readonly port?: number;
  readonly log: EmbeddedPostgresLog;
  /** False makes commits faster and unsafe against a crash of the machine; for tests. True by default. */
  readonly durable?: boolean;
  /** Called with the reason when the server ends without having been asked to. */
  readonly onExit?: (reason: string) => void;
}
