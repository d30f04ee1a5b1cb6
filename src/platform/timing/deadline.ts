/**
 * Waits for a promise, but no longer than the deadline. The work itself is not stopped; its late failure is swallowed.
 * @param ms milliseconds
 * @throws Error with `message` when the time is up
 */
export const deadline = async <T>(work: Promise<T>, ms: number, message: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
};
