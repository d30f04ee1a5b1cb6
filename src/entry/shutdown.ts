import type { Logger } from 'pino';

/**
 * Runs `stop` on the first SIGTERM or SIGINT and ends the process: 0 when everything drained, 1 when it failed or took
 * longer than `graceSeconds` and a few more. A second signal ends it at once.
 */
export function stopOnSignal(stop: () => Promise<void>, graceSeconds: number, log: Logger): void {
  let stopping = false;
  const onSignal = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: draining`);
    const timer = setTimeout(
      () => {
        log.error('what was under way did not end in time');
        process.exit(1);
      },
      graceSeconds * 1000 + 5000,
    );
    stop().then(
      () => {
        clearTimeout(timer);
        process.exit(0);
      },
      (error: unknown) => {
        log.error(error, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
