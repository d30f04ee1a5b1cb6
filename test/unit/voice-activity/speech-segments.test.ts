import { describe, expect, it } from 'vitest';
import { speechSegments } from '../../../examples/voice-activity/speech-segments.js';

const serving = {
  sampleRate: 1000,
  windowSamples: 100, // 0.1 s
  contextSamples: 0,
  inputs: { audio: 'input', sampleRate: 'sr' },
  output: 'output',
  state: [],
  threshold: 0.5,
  minSpeechMs: 200,
  minSilenceMs: 200,
};
const of = (text: string) =>
  speechSegments(
    Array.from(text, (letter) => (letter === '#' ? 0.9 : 0.1)),
    serving,
  );

describe('speech segments', () => {
  it('are the stretches of windows over the threshold, in seconds', () => {
    expect(of('..###...##.')).toEqual([
      { start: 0.2, end: 0.5 },
      { start: 0.8, end: 1 },
    ]);
  });

  it('close a gap that is shorter than the shortest silence', () => {
    expect(of('##.##')).toEqual([{ start: 0, end: 0.5 }]);
    expect(of('##..##')).toHaveLength(2);
  });

  it('leave out speech that is too short, and there is none in silence', () => {
    expect(of('..#...##')).toEqual([{ start: 0.6, end: 0.8 }]);
    expect(of('........')).toEqual([]);
    expect(of('')).toEqual([]);
  });

  it('count a window that is exactly at the threshold', () => {
    expect(speechSegments([0.5, 0.5], serving)).toEqual([{ start: 0, end: 0.2 }]);
  });
});
