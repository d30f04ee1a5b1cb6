import type { Logger } from 'pino';

/**
 * Lets what libraries write to the console by themselves, such as BullMQ about a Redis that evicts keys, reach the process's
 * log in its form, each text once.
 */
export function logLibraryWarnings(log: Logger): void {
  const told = new Set<string>();
  console.warn = (...words: unknown[]) => {
    const text = words.map(String).join(' ').replaceAll(/\s+/g, ' ').trim();
    if (told.has(text)) return;
    told.add(text);
    log.warn(text);
  };
}
