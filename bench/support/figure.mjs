// @ts-check

/**
 * One judged figure. `ratio` is what was measured over what it is measured against, `bar` what it may be at least
 * (`better: 'higher'`) or at most (`better: 'lower'`).
 * @typedef {{ bench: string, ratio: number, bar: number, better: 'higher' | 'lower', pass: boolean }} Figure
 */

/**
 * Judges a ratio. It is rounded to three decimals first, so that what is printed and what is judged are the same number.
 * @param {{ bench: string, ratio: number, bar: number, better: 'higher' | 'lower' }} measured
 * @returns {Figure}
 */
export function judge({ bench, ratio, bar, better }) {
  const shown = Math.round(ratio * 1000) / 1000;
  return { bench, ratio: shown, bar, better, pass: better === 'higher' ? shown >= bar : shown <= bar };
}

/**
 * The line that scripts read.
 * @param {Figure} figure
 */
export function figureLine({ bench, ratio, bar, better, pass }) {
  return JSON.stringify({ bench, ratio, bar, better, pass });
}
