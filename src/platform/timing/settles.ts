import { deadline } from './deadline.js';

/** Whether the work ends, well or not, within so many milliseconds. */
export const settles = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  const done = work.then(
    () => true,
    () => true,
  );
  return deadline(done, ms, 'late').catch(() => false);
};
