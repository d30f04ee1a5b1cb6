import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { speechSegments } from '../../../examples/voice-activity/speech-segments.js';
import { VoiceDetector } from '../../../examples/voice-activity/voice-detector.js';
import { modelFile, samplesOf, servingConfig, SPOKEN } from './example.js';

/** Loads a model and gives its probabilities over the recording, with the middle of each window in seconds. */
async function listen(model: string, serving: Record<string, unknown>) {
  const detector = await VoiceDetector.load(readFileSync(modelFile(model)), serving);
  const { windowSamples, sampleRate } = detector.serving;
  const windows = (await detector.probabilities(samplesOf('two-sentences'))).map((probability, index) => ({
    probability,
    at: ((index + 0.5) * windowSamples) / sampleRate,
  }));
  const segments = speechSegments(
    windows.map(({ probability }) => probability),
    detector.serving,
  );
  await detector.release();
  return { windows, segments };
}

/** The mean probability of the windows whose middle lies where `where` says. */
function meanWhere(where: (at: number) => boolean, windows: { probability: number; at: number }[]): number {
  const chosen = windows.filter(({ at }) => where(at));
  return chosen.reduce((sum, { probability }) => sum + probability, 0) / chosen.length;
}
/** A little mercy at the edges of speech, where a model may be early or late. */
const inSpeech = (at: number) => SPOKEN.some(({ start, end }) => at > start + 0.25 && at < end - 0.1);
const inSilence = (at: number) => SPOKEN.every(({ start, end }) => at < start - 0.1 || at > end + 0.3);

describe('each Silero model, called as its serving config says', () => {
  it.each([
    ['legacy', 'silero-legacy', 0.8],
    ['v5', 'silero-v5', 0.9],
    ['v6', 'silero-v6', 0.9],
  ])('%s is sure of the speech and of the silence', async (model, serving, sure) => {
    const { windows, segments } = await listen(model, servingConfig(serving));
    expect(meanWhere(inSpeech, windows)).toBeGreaterThan(sure);
    expect(meanWhere(inSilence, windows)).toBeLessThan(0.05);
    expect(segments).toHaveLength(2);
    for (const [index, { start, end }] of SPOKEN.entries()) {
      expect(Math.abs((segments[index]?.start ?? 0) - start)).toBeLessThan(0.25);
      expect(Math.abs((segments[index]?.end ?? 0) - end)).toBeLessThan(0.25);
    }
  });

  it('v6 without the 64 samples of context hears nothing at all: the mistake that the demo rolls back', async () => {
    const { windows, segments } = await listen('v6', servingConfig('silero-v6-without-context'));
    expect(Math.max(...windows.map(({ probability }) => probability))).toBeLessThan(0.1);
    expect(segments).toEqual([]);
  });

  it('v5 hears less without its context', async () => {
    const { windows: without } = await listen('v5', { ...servingConfig('silero-v5'), contextSamples: 0 });
    const { windows: withContext } = await listen('v5', servingConfig('silero-v5'));
    expect(meanWhere(inSpeech, without)).toBeLessThan(meanWhere(inSpeech, withContext));
  });

  it('is refused while loading when its serving config is for another model', async () => {
    const bytes = readFileSync(modelFile('legacy'));
    await expect(VoiceDetector.load(bytes, servingConfig('silero-v5'))).rejects.toThrow(
      'serving names the inputs input, sr, state, but the model has input, sr, h, c',
    );
  });

  it('gives the same answer to the same audio again: nothing is remembered between requests', async () => {
    const detector = await VoiceDetector.load(readFileSync(modelFile('v5')), servingConfig('silero-v5'));
    const first = await detector.probabilities(samplesOf('half-second'));
    expect(await detector.probabilities(samplesOf('half-second'))).toEqual(first);
    await detector.release();
  });
});
