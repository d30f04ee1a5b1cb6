import { LastgoodError, LastgoodUnreachable } from '../client/index.js';

/** The answer, or null where the registry gave none: it may restart while a command waits for what is done already. */
export async function unlessUnreachable<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LastgoodUnreachable || (error instanceof LastgoodError && error.status >= 500)) return null;
    throw error;
  }
}
