// @ts-check
import { AudioError, isWav, readPcm16, readWav } from './wav.js';

/** About five minutes of 16-bit audio at 16 kHz. */
const LIMIT_BYTES = 10 * 1024 * 1024;

/** The request cannot be served; `status` is the HTTP status to answer with. */
export class PredictError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Answers one prediction with the version that is live once the request has arrived in full, and with that one to the
 * end, whatever is switched meanwhile.
 * @param {import('./version-switch.js').VersionSwitch} versions
 * @param {AsyncIterable<Buffer>} body a WAV file, or bare 16-bit little-endian samples
 * @throws {PredictError}
 */
export async function predict(versions, body) {
  const bytes = await readAll(body);
  const held = versions.acquire();
  if (!held) throw new PredictError(503, 'no version is loaded yet; try again in a moment');
  try {
    const { sampleRate } = held.engine;
    const samples = readSamples(bytes, sampleRate);
    const seconds = samples.length / sampleRate;
    const began = performance.now();
    const { speech, windows } = await held.engine.detect(samples);
    const ms = Math.round((performance.now() - began) * 10) / 10;
    return { version: held.version, revision: held.revision, speech, seconds, windows, ms };
  } finally {
    held.release();
  }
}

/** @param {AsyncIterable<Buffer>} body */
async function readAll(body) {
  const parts = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > LIMIT_BYTES) throw new PredictError(413, `the audio is larger than ${LIMIT_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @param {Buffer} bytes @param {number} sampleRate */
function readSamples(bytes, sampleRate) {
  try {
    if (!isWav(bytes)) return someOf(readPcm16(bytes));
    const audio = readWav(bytes);
    if (audio.sampleRate !== sampleRate) {
      throw new AudioError(`the audio has ${audio.sampleRate} samples a second; this model takes ${sampleRate}`);
    }
    return someOf(audio.samples);
  } catch (error) {
    if (error instanceof AudioError) throw new PredictError(400, error.message);
    throw error;
  }
}

/** @param {Float32Array<ArrayBuffer>} samples */
function someOf(samples) {
  if (samples.length === 0) throw new AudioError('no audio in the body; send a WAV file, or 16-bit samples');
  return samples;
}
