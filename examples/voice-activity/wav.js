// @ts-check
// Reads the audio that a request carries: a WAV file, or bare samples.

/** The audio cannot be read; the message says what would be right. */
export class AudioError extends Error {}

/**
 * @typedef {object} Audio
 * @property {number} sampleRate samples a second
 * @property {Float32Array<ArrayBuffer>} samples one channel, from -1 to 1
 */

/**
 * Reads a WAV file (RIFF, 16-bit PCM, one channel).
 * @param {Buffer} bytes
 * @returns {Audio}
 * @throws {AudioError} when it is no WAV file, or of another encoding
 */
export function readWav(bytes) {
  if (!isWav(bytes)) throw new AudioError('not a WAV file: it does not begin with RIFF … WAVE');
  const format = chunk(bytes, 'fmt ');
  const data = chunk(bytes, 'data');
  if (!format || format.length < 16 || !data) throw new AudioError('the WAV file has no "fmt " or no "data" chunk');
  const encoding = format.readUInt16LE(0);
  const channels = format.readUInt16LE(2);
  const bits = format.readUInt16LE(14);
  if (encoding !== 1 || channels !== 1 || bits !== 16) {
    throw new AudioError(
      `the WAV file has encoding ${encoding}, ${channels} channel(s), ${bits} bits; send PCM (1), 1 channel, 16 bits`,
    );
  }
  return { sampleRate: format.readUInt32LE(4), samples: readPcm16(data) };
}

/**
 * Reads bare samples: 16-bit little-endian PCM, one channel. An odd last byte is left out.
 * @param {Buffer} bytes
 * @returns {Float32Array<ArrayBuffer>}
 */
export function readPcm16(bytes) {
  const samples = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2) / 32768;
  return samples;
}

/** @param {Buffer} bytes */
export function isWav(bytes) {
  return bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * A chunk's content. Writers put other chunks (LIST, fact) before the data, so it is looked up by name.
 * A recorder that was cut off leaves a length beyond the end: what is there counts.
 * @param {Buffer} bytes @param {string} name
 */
function chunk(bytes, name) {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === name) return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2); // chunks are padded to an even length
  }
  return null;
}
