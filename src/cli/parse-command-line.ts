import { CommanderError, type Command } from 'commander';
import { usage } from './command-failure.js';
import { EXIT } from './exit-codes.js';
import { failureOf, failureText } from './failure.js';
import type { Shell } from './shell.js';

/**
 * Prepares the program so that a command line that cannot be used is reported like any other failure, as a document
 * with `--json`, and ends with our exit code. Call it before commands are added: they copy these settings.
 */
export function prepare(program: Command, shell: Shell, argv: readonly string[]): Command {
  const json = argv.includes('--json');
  return program.exitOverride().configureOutput({
    writeOut: (text) => shell.out(text.replace(/\n$/, '')),
    writeErr: (text) => shell.err(text.replace(/\n$/, '')),
    outputError: (text, write) => {
      const failure = failureOf(usage(text.replace(/^error: /, '').trim(), 'the same with --help'));
      write(json ? JSON.stringify(failure.document, null, 2) : failureText(failure));
    },
  });
}

/** Runs the command that `argv` (without node and script) names. Sets `shell.exitCode`; throws only surprises. */
export async function parseCommandLine(program: Command, shell: Shell, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Help and version end this way too, with exit code 0.
    if (!(error instanceof CommanderError)) throw error;
    shell.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
