import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readServingConfig } from '../../../examples/voice-activity/serving-config.js';

function committed(name: string): Record<string, unknown> {
  const file = new URL(`../../../examples/voice-activity/serving/${name}.json`, import.meta.url);
  const config: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  return config;
}

describe('the serving config of a version', () => {
  it.each(['silero-legacy', 'silero-v5', 'silero-v6', 'silero-v6-without-context'])('%s is usable as it is', (name) => {
    expect(readServingConfig(committed(name))).toEqual(committed(name));
  });

  it('really differs between the first model and the later ones', () => {
    expect(readServingConfig(committed('silero-legacy')).state.map(({ input }) => input)).toEqual(['h', 'c']);
    expect(readServingConfig(committed('silero-v5')).state.map(({ input }) => input)).toEqual(['state']);
  });

  it.each([
    [{ windowSamples: '512' }, 'serving.windowSamples is "512"; it must be a whole number from 1'],
    [{ contextSamples: -1 }, 'serving.contextSamples is -1; it must be a whole number from 0'],
    [{ threshold: 1 }, 'serving.threshold is 1; it must be a number between 0 and 1'],
    [{ inputs: [] }, 'serving.inputs is []; it must be an object'],
    [{ inputs: { audio: '' } }, 'serving.inputs.audio is ""; it must be a name'],
    [{ state: [] }, 'serving.state is []; it must be a list that is not empty'],
    [{ state: [{ input: 'h', output: 'hn', shape: [2, 0] }] }, 'serving.state[0].shape is 0; it must be'],
    [{ output: undefined }, 'serving.output is undefined; it must be a name'],
  ])('%j is refused with the field and what would be right', (change, message) => {
    expect(() => readServingConfig({ ...committed('silero-v5'), ...change })).toThrow(message);
  });
});
