import { EXIT, type ExitCode } from './exit-codes.js';

/** A command that ends without its work done, for a reason that the person can act on. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    /** Stable, for programs: `usage`, `aborted`, `timed-out`. */
    readonly code: string,
    readonly exitCode: ExitCode,
    readonly title: string,
    readonly detail: string,
    /** The command to try next, where one is known. */
    readonly next?: string,
  ) {
    super(`${title}: ${detail}`);
  }
}

/** The command line cannot be used. `detail` names the flag, what came and what would be right. */
export function usage(detail: string, next?: string): CommandFailure {
  return new CommandFailure('usage', EXIT.usage, 'The command line cannot be used', detail, next);
}
