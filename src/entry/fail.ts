import { ConfigError } from '../platform/config/index.js';
import { EmbeddedPostgresError } from '../platform/database/embedded/errors.js';
import { isDatabaseUnavailable } from '../platform/database/unavailable.js';
import { QueueSchemaError } from '../platform/queue/index.js';
import { endWithReason, unexpected } from './end-with-reason.js';
import { StartError } from './start-error.js';

export { StartError } from './start-error.js';

const EXPECTED = [StartError, ConfigError, EmbeddedPostgresError, QueueSchemaError];

/**
 * Runs a command that takes `flags`; what it throws is told on stderr, in one sentence where it is expected, and ends the
 * process with 1.
 */
export async function orFail(flags: Record<string, unknown>, command: () => Promise<void>): Promise<void> {
  await endWithReason((error) => explain(error, flags), command);
}

function explain(error: unknown, flags: Record<string, unknown>): string {
  if (EXPECTED.some((kind) => error instanceof kind)) return (error as Error).message;
  if (isDatabaseUnavailable(error)) {
    const given = flags['databaseUrl'] ?? process.env['DATABASE_URL'];
    return unavailable(error as NodeJS.ErrnoException, typeof given === 'string' ? given : '');
  }
  return unexpected(error);
}

function unavailable({ code = '', message }: NodeJS.ErrnoException, databaseUrl: string): string {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const server = url ? `PostgreSQL at ${url.host}` : 'PostgreSQL';
  const said = message === '' ? code : message;
  if (code === '3D000')
    return `${server} has no such database (${said}). Create it, or correct the name in DATABASE_URL.`;
  if (code.startsWith('28')) return `${server} lets nobody in (${said}). Check user and password in DATABASE_URL.`;
  return `${server} cannot be reached (${said}). Check DATABASE_URL and that the server runs.`;
}
