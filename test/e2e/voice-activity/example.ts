import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readWav } from '../../../examples/voice-activity/wav.js';

/** Where the example lies, and the parts of it that the tests use. */
export const exampleFolder = fileURLToPath(new URL('../../../examples/voice-activity/', import.meta.url));

export const modelFile = (name: string): string =>
  `${exampleFolder}node_modules/@ricky0123/vad-web/dist/silero_vad_${name}.onnx`;

export function servingConfig(name: string): Record<string, unknown> {
  const config: Record<string, unknown> = JSON.parse(readFileSync(`${exampleFolder}serving/${name}.json`, 'utf8'));
  return config;
}

export const wavBytes = (name: string): Buffer => readFileSync(`${exampleFolder}audio/${name}.wav`);

/** The recording's samples; a fresh copy each time, since a worker takes them away. */
export const samplesOf = (name: string): Float32Array<ArrayBuffer> => readWav(wavBytes(name)).samples;

/** Where somebody speaks in two-sentences.wav, in seconds, as it was put together. */
export const SPOKEN = [
  { start: 0.8, end: 2.14 },
  { start: 3.77, end: 6.13 },
];
