// @ts-check
// The inside of a worker thread that holds one loaded version. See worker-engine.js for the outside.
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { speechSegments } from './speech-segments.js';
import { VoiceDetector } from './voice-detector.js';

/** Half a second of audio each. */
const WARM_UP_RUNS = 16;

/** @type {{modelFile: string, serving: Record<string, unknown>}} */
const { modelFile, serving } = workerData;
if (!parentPort) throw new Error('version-worker.js runs as a worker thread');
const port = parentPort;
const detector = await VoiceDetector.load(await readFile(modelFile), serving);

// The model's inner loops are compiled while they run, and run ten times slower before. A version is not ready until
// that is behind it: the one to roll back to gets no requests that could warm it.
for (let run = 0; run < WARM_UP_RUNS; run++) {
  const probabilities = await detector.probabilities(new Float32Array(detector.serving.sampleRate / 2));
  if (!probabilities.every((probability) => probability >= 0 && probability <= 1)) {
    throw new Error(`the model answered ${probabilities.join(', ')} to silence; a probability lies between 0 and 1`);
  }
}

// The thread listens to nothing yet, so node would end it now; before that, it waits for the compilation in the
// background to finish and says `beforeExit`. That is the moment from which requests are answered at full speed.
process.once('beforeExit', listen);

/** A session takes one run at a time, so requests wait for each other here. */
let queue = Promise.resolve();

function listen() {
  port.on('message', (/** @type {{id: number, samples: Float32Array}} */ { id, samples }) => {
    queue = queue.then(() => answer(id, samples));
  });
  // Number 0 is nobody's request: it says that the model is ready.
  port.postMessage({ id: 0, sampleRate: detector.serving.sampleRate });
}

/** @param {number} id @param {Float32Array} samples */
async function answer(id, samples) {
  try {
    const probabilities = await detector.probabilities(samples);
    const speech = speechSegments(probabilities, detector.serving);
    port.postMessage({ id, speech, windows: probabilities.length });
  } catch (error) {
    port.postMessage({ id, failed: error instanceof Error ? error.message : String(error) });
  }
}
