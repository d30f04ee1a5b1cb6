import { EmbeddedPostgresError, startEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';

// Stands for `lastgood up` where a test needs a parent of PostgreSQL that it can kill: it starts the server on the
// folder in its argument, says so in one line of JSON, and stops it on SIGTERM.
const say = (line: Record<string, unknown>): void => console.log(JSON.stringify(line));
const note = (message: string): void => console.error(message);

try {
  const server = await startEmbeddedPostgres({
    dataDir: process.argv[2] ?? '',
    log: { info: note, warn: note, error: note },
    onExit: (reason) => say({ exit: reason }),
  });
  process.once('SIGTERM', () => void server.stop());
  say({ url: server.url, pid: server.pid, uid: process.getuid?.() });
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  say({ refused: error.message });
  process.exitCode = 1;
}
