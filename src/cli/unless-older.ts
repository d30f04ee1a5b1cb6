import { LastgoodError } from '../client/index.js';

/** The answer, or null where the registry is older than what was asked of it, and has nothing at that address. */
export async function unlessOlder<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LastgoodError && error.code === 'route-not-found') return null;
    throw error;
  }
}
