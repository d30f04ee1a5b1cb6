// @ts-check

/**
 * @typedef {object} Segment
 * @property {number} start seconds from the beginning of the audio
 * @property {number} end seconds
 */

/**
 * Turns one probability per window into the stretches of speech: windows over the threshold, gaps that are too short
 * closed, and after that speech that is too short dropped.
 * @param {number[]} probabilities
 * @param {import('./serving-config.js').ServingConfig} serving
 * @returns {Segment[]}
 */
export function speechSegments(probabilities, serving) {
  const windowMs = (serving.windowSamples / serving.sampleRate) * 1000;
  /** @type {{start: number, end: number}[]} in milliseconds */
  const found = [];
  for (const [index, probability] of probabilities.entries()) {
    if (probability < serving.threshold) continue;
    const start = index * windowMs;
    const last = found.at(-1);
    if (last && start - last.end < serving.minSilenceMs) last.end = start + windowMs;
    else found.push({ start, end: start + windowMs });
  }
  return found
    .filter(({ start, end }) => end - start >= serving.minSpeechMs)
    .map(({ start, end }) => ({ start: Math.round(start) / 1000, end: Math.round(end) / 1000 }));
}
