import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './errors.js';
import type { RunAs } from './run-as.js';
import { runAs, whyUnreachable } from './run-as.js';

/**
 * Makes sure that we can run programs as this user at all: containers may hold back even that from root.
 *
 * @throws EmbeddedPostgresError where we cannot.
 */
export async function requireUser(who: RunAs): Promise<void> {
  const { code, output } = await runAs(who, '/bin/sh', ['-c', 'exit']);
  if (code === 0 || who.kind === 'self') return;
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and root may not become user ${who.uid} here (${output}): ` +
      `run as an ordinary user, or set DATABASE_URL to another PostgreSQL.`,
  );
}

/**
 * The first way to run PostgreSQL in which it gets to its folder.
 *
 * @throws EmbeddedPostgresError where there is none.
 */
export async function chooseRunAs(ways: readonly RunAs[], folder: DataFolder): Promise<RunAs> {
  const reasons: string[] = [];
  for (const way of ways) {
    const reason = await whyUnreachable(way, folder.root);
    if (reason === undefined) return way;
    reasons.push(reason);
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user it would run as cannot get into ${folder.root} ` +
      `(${reasons.join('; ')}). Choose another folder with --data, such as one in /var/lib, or run as an ordinary user.`,
  );
}
