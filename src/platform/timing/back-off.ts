/**
 * How long to wait before the next try: exponential from `baseMs`, capped, and drawn from the upper half of that
 * ("equal jitter") so that many that failed together do not return together.
 * @param failures how many tries failed so far, from 1
 * @returns milliseconds
 */
export const backOffMs = (failures: number, baseMs: number, capMs: number): number => {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 40));
  return Math.round(full / 2 + (Math.random() * full) / 2);
};
