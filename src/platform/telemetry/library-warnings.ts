import type { Logger } from 'pino';

const REMEMBERED = 100;

/**
 * Lets what libraries write to the console by themselves, such as BullMQ about a Redis that evicts keys, reach the process's
 * log in its form, each text once; again at times where there are very many.
 */
export function logLibraryWarnings(log: Logger): void {
  const told = new Set<string>();
  console.warn = (...words: unknown[]) => {
    const text = words.map(String).join(' ').replaceAll(/\s+/g, ' ').trim();
    if (told.has(text)) return;
    // Some texts carry a number or a name of their own; the memory of them must not grow.
    if (told.size >= REMEMBERED) told.clear();
    told.add(text);
    log.warn(text);
  };
}
