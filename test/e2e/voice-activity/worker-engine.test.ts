import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerEngine } from '../../../examples/voice-activity/worker-engine.js';
import { modelFile, samplesOf, servingConfig } from './example.js';

describe('a version in its own thread', () => {
  let engine: WorkerEngine | undefined;
  afterEach(() => engine?.close());

  it('answers requests that come at once, each with its own audio', async () => {
    engine = await WorkerEngine.start(modelFile('v5'), servingConfig('silero-v5'));
    expect(engine.sampleRate).toBe(16_000);
    const [both, half, silence] = await Promise.all([
      engine.detect(samplesOf('two-sentences')),
      engine.detect(samplesOf('half-second')),
      engine.detect(new Float32Array(16_000)),
    ]);
    expect(both?.speech).toHaveLength(2);
    expect(half).toMatchObject({ speech: [{ end: 0.512 }], windows: 16 });
    expect(silence?.speech).toEqual([]);
  });

  it('says why it does not start when the model or its config is wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'engine-'));
    const broken = join(folder, 'broken.onnx');
    await writeFile(broken, 'not a model');
    await expect(WorkerEngine.start(broken, servingConfig('silero-v5'))).rejects.toThrow(/protobuf|model/i);
    await expect(WorkerEngine.start(modelFile('v5'), {})).rejects.toThrow('serving.inputs is undefined');
    await expect(WorkerEngine.start(join(folder, 'none.onnx'), {})).rejects.toThrow('ENOENT');
    await rm(folder, { recursive: true });
  });

  it('rejects whoever waits for an answer when the thread ends, and everyone after that', async () => {
    engine = await WorkerEngine.start(modelFile('v5'), servingConfig('silero-v5'));
    const waiting = engine.detect(samplesOf('two-sentences'));
    await engine.close();
    await expect(waiting).rejects.toThrow("the model's thread ended");
    await expect(engine.detect(samplesOf('half-second'))).rejects.toThrow("the model's thread ended");
    expect((await engine.ended).message).toContain('ended');
  });
});
