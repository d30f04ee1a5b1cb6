import type { LastgoodClient } from '../client/index.js';
import { connect, type ConnectionFlags } from './connection.js';
import { failureOf, failureText } from './failure.js';
import type { Subject } from './next-command.js';
import { Output } from './output.js';
import type { Shell } from './shell.js';

/** What the body of a command works with. */
export interface Session {
  client: LastgoodClient;
  actor: string;
  shell: Shell;
  output: Output;
}

/**
 * Runs the body of a command against the registry that the flags name. Whatever it throws is shown on stderr, as a
 * document with `--json`, and decides the exit code. `subject` lets the text name the command to try next.
 */
export async function runCommand(
  shell: Shell,
  flags: ConnectionFlags,
  subject: Subject,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  const json = flags.json ?? false;
  try {
    await body({ ...connect(flags, shell.env), shell, output: new Output(shell, json) });
  } catch (error) {
    const failure = failureOf(error, subject);
    shell.err(json ? JSON.stringify(failure.document, null, 2) : failureText(failure));
    shell.exitCode = failure.exitCode;
  }
}
