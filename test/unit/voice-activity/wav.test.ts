import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AudioError, readPcm16, readWav } from '../../../examples/voice-activity/wav.js';

const recorded = readFileSync(new URL('../../../examples/voice-activity/audio/two-sentences.wav', import.meta.url));

/** A WAV file by hand: its format fields, chunks before the data, the samples. */
function wav({ encoding = 1, channels = 1, bits = 16, before = Buffer.alloc(0), data = Buffer.alloc(4) }): Buffer {
  const format = Buffer.alloc(24);
  format.write('fmt ', 0, 'latin1');
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(encoding, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(8000, 12);
  format.writeUInt16LE(bits, 22);
  const head = Buffer.alloc(8);
  head.write('data', 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), format, before, head, data]);
}

describe('reading a WAV file', () => {
  it('gives the recording as one channel between -1 and 1', () => {
    const { sampleRate, samples } = readWav(recorded);
    expect(sampleRate).toBe(16_000);
    expect(samples.length / sampleRate).toBeCloseTo(7.34, 1);
    expect(Math.max(...samples)).toBeGreaterThan(0.5);
    expect(Math.max(...samples.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it('finds the samples behind other chunks, padded to an even length', () => {
    const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    const data = Buffer.from([0x00, 0x40, 0x00, 0x80]);
    expect([...readWav(wav({ before: list, data })).samples]).toEqual([0.5, -1]);
  });

  it('takes what is there when the file was cut off', () => {
    expect(readWav(recorded.subarray(0, 44 + 2000)).samples).toHaveLength(1000);
  });

  it('says what it takes when the encoding is another', () => {
    expect(() => readWav(wav({ channels: 2 }))).toThrow('2 channel(s), 16 bits; send PCM (1), 1 channel, 16 bits');
    expect(() => readWav(wav({ encoding: 3, bits: 32 }))).toThrow('encoding 3');
    expect(() => readWav(Buffer.from('not audio'))).toThrow(AudioError);
    expect(() => readWav(Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'))).toThrow('"data" chunk');
  });

  it('reads bare samples and leaves an odd last byte out', () => {
    expect([...readPcm16(Buffer.from([0x00, 0xc0, 0x07]))]).toEqual([-0.5]);
  });
});
