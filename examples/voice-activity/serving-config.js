// @ts-check
// The serving config is part of a version's immutable record. Everything that differs between two versions of the
// model in how they must be called stands here, so that rolling back the version rolls back the calling, too.

/**
 * @typedef {object} ServingConfig
 * @property {number} sampleRate samples a second that the model takes
 * @property {number} windowSamples samples the model judges at a time
 * @property {number} contextSamples samples of the window before that the model wants prepended; 0 for none
 * @property {{audio: string, sampleRate: string}} inputs names of the model's inputs
 * @property {string} output name of the output with the speech probability
 * @property {StateConfig[]} state what the model remembers from window to window
 * @property {number} threshold probability from which a window counts as speech
 * @property {number} minSpeechMs shorter speech is dropped
 * @property {number} minSilenceMs shorter gaps inside speech are closed
 */

/** @typedef {{input: string, output: string, shape: number[]}} StateConfig */
/** @typedef {Record<string, unknown>} Fields */

/** The version's serving config is not usable; the message names the field. */
export class ServingConfigError extends Error {}

/**
 * Checks a version's `serving` before anything is loaded.
 * @param {Fields} serving
 * @returns {ServingConfig}
 * @throws {ServingConfigError}
 */
export function readServingConfig(serving) {
  const inputs = fields(serving['inputs'], 'inputs');
  return {
    sampleRate: whole(serving['sampleRate'], 'sampleRate', 1),
    windowSamples: whole(serving['windowSamples'], 'windowSamples', 1),
    contextSamples: whole(serving['contextSamples'], 'contextSamples', 0),
    inputs: {
      audio: name(inputs['audio'], 'inputs.audio'),
      sampleRate: name(inputs['sampleRate'], 'inputs.sampleRate'),
    },
    output: name(serving['output'], 'output'),
    state: list(serving['state'], 'state').map((each, index) => state(each, `state[${index}]`)),
    threshold: probability(serving['threshold'], 'threshold'),
    minSpeechMs: whole(serving['minSpeechMs'], 'minSpeechMs', 0),
    minSilenceMs: whole(serving['minSilenceMs'], 'minSilenceMs', 0),
  };
}

/** @param {unknown} value @param {string} field @returns {StateConfig} */
function state(value, field) {
  const { input, output, shape } = fields(value, field);
  return {
    input: name(input, `${field}.input`),
    output: name(output, `${field}.output`),
    shape: list(shape, `${field}.shape`).map((length) => whole(length, `${field}.shape`, 1)),
  };
}

/** @param {unknown} value @param {string} field @returns {Fields} */
function fields(value, field) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(field, 'an object', value);
  return Object.fromEntries(Object.entries(value));
}

/** @param {unknown} value @param {string} field @returns {unknown[]} */
function list(value, field) {
  if (!Array.isArray(value) || value.length === 0) throw refused(field, 'a list that is not empty', value);
  return value;
}

/** @param {unknown} value @param {string} field */
function name(value, field) {
  if (typeof value !== 'string' || value === '') throw refused(field, 'a name', value);
  return value;
}

/** @param {unknown} value @param {string} field @param {number} least */
function whole(value, field, least) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw refused(field, `a whole number from ${least}`, value);
}

/** @param {unknown} value @param {string} field */
function probability(value, field) {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw refused(field, 'a number between 0 and 1', value);
}

/** @param {string} field @param {string} wanted @param {unknown} value */
function refused(field, wanted, value) {
  return new ServingConfigError(`serving.${field} is ${JSON.stringify(value)}; it must be ${wanted}`);
}
