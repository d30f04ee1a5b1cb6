// @ts-check
import * as ort from 'onnxruntime-web';
import { readServingConfig } from './serving-config.js';

// One thread for each session: a window costs well under a millisecond, far less than handing it round.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** One loaded ONNX model, called the way that its version's serving config says. */
export class VoiceDetector {
  /** @param {ort.InferenceSession} session @param {import('./serving-config.js').ServingConfig} serving */
  constructor(session, serving) {
    this.session = session;
    this.serving = serving;
    // Of rank 0: the models take the sample rate as a scalar.
    this.sampleRate = new ort.Tensor('int64', [BigInt(serving.sampleRate)], []);
  }

  /**
   * Loads the model and holds the config against the inputs and outputs that the model really has, so that a record
   * that cannot work fails here and not at the first request.
   * @param {Uint8Array} modelBytes
   * @param {Record<string, unknown>} servingOfRecord
   * @throws {Error} naming the field or the input that does not fit
   */
  static async load(modelBytes, servingOfRecord) {
    const serving = readServingConfig(servingOfRecord);
    const session = await ort.InferenceSession.create(modelBytes);
    const inputs = [serving.inputs.audio, serving.inputs.sampleRate, ...serving.state.map((state) => state.input)];
    const outputs = [serving.output, ...serving.state.map((state) => state.output)];
    mustMatch('inputs', inputs, session.inputNames);
    mustMatch('outputs', outputs, session.outputNames);
    return new VoiceDetector(session, serving);
  }

  /**
   * The probability of speech in each window, each from 0 to 1. The audio's last window is filled up with silence.
   * @param {Float32Array} samples at the sample rate of the serving config
   * @returns {Promise<number[]>}
   */
  async probabilities(samples) {
    const { windowSamples, contextSamples, inputs, output, state } = this.serving;
    const zeros = state.map(({ input, shape }) => [input, new ort.Tensor('float32', filled(shape), shape)]);
    /** @type {Record<string, ort.Tensor>} */
    let remembered = Object.fromEntries(zeros);
    const probabilities = [];
    for (let at = 0; at < samples.length; at += windowSamples) {
      const audio = windowAt(samples, at, windowSamples, contextSamples);
      const answer = await this.session.run({
        [inputs.audio]: new ort.Tensor('float32', audio, [1, audio.length]),
        [inputs.sampleRate]: this.sampleRate,
        ...remembered,
      });
      probabilities.push(Number(tensor(answer, output).data[0]));
      remembered = Object.fromEntries(state.map((each) => [each.input, tensor(answer, each.output)]));
    }
    return probabilities;
  }

  /** Frees the session. The detector must not be used after it. */
  async release() {
    await this.session.release();
  }
}

/**
 * The window with its context in front; before the audio's beginning and after its end lies silence.
 * @param {Float32Array} samples @param {number} at @param {number} windowSamples @param {number} contextSamples
 */
function windowAt(samples, at, windowSamples, contextSamples) {
  const audio = new Float32Array(contextSamples + windowSamples);
  const from = Math.max(0, at - contextSamples);
  audio.set(samples.subarray(from, at + windowSamples), from - (at - contextSamples));
  return audio;
}

/** @param {number[]} shape */
function filled(shape) {
  return new Float32Array(shape.reduce((product, length) => product * length, 1));
}

/** @param {ort.InferenceSession.OnnxValueMapType} answer @param {string} name */
function tensor(answer, name) {
  const value = answer[name];
  if (!value) throw new Error(`the model gave no output "${name}"`);
  return value;
}

/** @param {string} what @param {string[]} named @param {readonly string[]} real */
function mustMatch(what, named, real) {
  if (named.toSorted().join() === real.toSorted().join()) return;
  throw new Error(`serving names the ${what} ${named.join(', ')}, but the model has ${real.join(', ')}`);
}
