/** Runs a command; what it throws is told on stderr, as `explain` puts it, and ends the process with 1. */
export async function endWithReason(explain: (error: unknown) => string, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(`lastgood: ${explain(error)}`);
    process.exit(1);
  }
}

/** The whole of an error that nobody expected. */
export function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
