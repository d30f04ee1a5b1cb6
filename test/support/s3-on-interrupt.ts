const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `clean` (which must be synchronous) if this process ends or is interrupted before the answered function is
 * called. Whatever a signal would have done otherwise, it still does.
 */
export function onInterrupt(clean: () => void): () => void {
  const interrupted = (signal: NodeJS.Signals): void => {
    forget();
    clean();
    // Nobody else listens: then this listener was all that kept the signal from ending the process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off('exit', clean);
    for (const signal of SIGNALS) process.off(signal, interrupted);
  };
  process.once('exit', clean);
  for (const signal of SIGNALS) process.on(signal, interrupted);
  return forget;
}
