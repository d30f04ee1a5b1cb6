// @ts-check
import path from 'node:path';

const example = path.join(import.meta.dirname, '..');
const models = path.join(example, 'node_modules', '@ricky0123', 'vad-web', 'dist');

/** The checkout that this example lies in. */
export const checkout = path.join(example, '..', '..');
/** The `lastgood` command, as `npm run build` leaves it. */
export const binary = path.join(checkout, 'dist', 'bin', 'lastgood.js');
export const modelServer = path.join(example, 'model-server.js');
/** What every request of the load sends: half a second of speech. */
export const halfSecond = path.join(example, 'audio', 'half-second.wav');

/**
 * The three versions. The third one is a real mistake: Silero v6 needs the 64 samples before each window, and its
 * serving config leaves them out, so it loads, it answers, and it never hears anybody.
 */
export const versions = [
  { model: path.join(models, 'silero_vad_legacy.onnx'), serving: servingFile('silero-legacy') },
  { model: path.join(models, 'silero_vad_v5.onnx'), serving: servingFile('silero-v5') },
  { model: path.join(models, 'silero_vad_v6.onnx'), serving: servingFile('silero-v6-without-context') },
];
/** The third version's model again, called rightly. */
export const repaired = { model: path.join(models, 'silero_vad_v6.onnx'), serving: servingFile('silero-v6') };

/** @param {string} name */
function servingFile(name) {
  return path.join(example, 'serving', `${name}.json`);
}
