// @ts-check

/**
 * One line for a step that is done, with what it cost.
 * @param {string} step @param {string} what @param {number} [ms]
 */
export function done(step, what, ms) {
  const cost = ms === undefined ? '' : `${inMs(ms)} ms`;
  console.log(`  ${step.padEnd(11)}${what.padEnd(76)}${cost.padStart(10)}`);
}

/** A line that explains. @param {string} text */
export function note(text) {
  console.log(`  ${''.padEnd(11)}${text}`);
}

/** @param {string} text */
export function heading(text) {
  console.log(`\n${text}\n`);
}

/** Milliseconds for people: 1,234 @param {number} ms */
export function inMs(ms) {
  return Math.round(ms).toLocaleString('en-GB');
}
