// @ts-check
// The inside of a worker thread that holds one loaded version. See worker-engine.js for the outside.
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { speechSegments } from './speech-segments.js';
import { VoiceDetector } from './voice-detector.js';

/** @type {{modelFile: string, serving: Record<string, unknown>}} */
const { modelFile, serving } = workerData;
if (!parentPort) throw new Error('version-worker.js runs as a worker thread');
const port = parentPort;

const detector = await VoiceDetector.load(await readFile(modelFile), serving);
// The first run is the slow one (it compiles and allocates), and it shows whether the model works at all.
const warmUp = await detector.probabilities(new Float32Array(detector.serving.windowSamples * 2));
if (!warmUp.every((probability) => probability >= 0 && probability <= 1)) {
  throw new Error(`the model answered ${warmUp.join(', ')} to silence; a probability lies between 0 and 1`);
}

/** A session takes one run at a time, so requests wait for each other here. */
let queue = Promise.resolve();
port.on('message', (/** @type {{id: number, samples: Float32Array}} */ { id, samples }) => {
  queue = queue.then(() => answer(id, samples));
});
// Number 0 is nobody's request: it says that the model is ready.
port.postMessage({ id: 0, sampleRate: detector.serving.sampleRate });

/** @param {number} id @param {Float32Array} samples */
async function answer(id, samples) {
  try {
    const probabilities = await detector.probabilities(samples);
    port.postMessage({ id, speech: speechSegments(probabilities, detector.serving), windows: probabilities.length });
  } catch (error) {
    port.postMessage({ id, failed: error instanceof Error ? error.message : String(error) });
  }
}
