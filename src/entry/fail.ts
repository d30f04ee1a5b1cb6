import { ConfigError } from '../platform/config/index.js';
import { EmbeddedPostgresError } from '../platform/database/embedded/index.js';
import { isDatabaseUnavailable } from '../platform/database/unavailable.js';

/** A command cannot go on, and its message says why and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs a command; what it throws is told on stderr, in one sentence where it is expected, and ends the process with 1. */
export async function orFail(command: () => Promise<void>, databaseUrl?: string): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(`lastgood: ${explain(error, databaseUrl)}`);
    process.exit(1);
  }
}

function explain(error: unknown, databaseUrl: string | undefined): string {
  if (error instanceof StartError || error instanceof ConfigError || error instanceof EmbeddedPostgresError)
    return error.message;
  const { code } = (error ?? {}) as { code?: string };
  if (code === 'EADDRINUSE')
    return `${(error as Error).message}: something listens there already; choose another --port`;
  if (isDatabaseUnavailable(error)) {
    const where = databaseUrl && URL.canParse(databaseUrl) ? ` at ${new URL(databaseUrl).host}` : '';
    return `PostgreSQL${where} cannot be reached (${(error as Error).message || code}). Check DATABASE_URL and that the server runs.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
