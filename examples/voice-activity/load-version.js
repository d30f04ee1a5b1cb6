// @ts-check
import { WorkerEngine } from './worker-engine.js';

/**
 * Loads a version from its record alone: the model's bytes by their digest, and how to call it from `serving`.
 * @param {import('./version-switch.js').VersionRecord} record
 * @param {import('./artifact-cache.js').ArtifactCache} cache
 * @throws {Error} when the record has not exactly one .onnx file, when its bytes do not come, when it does not load
 */
export async function loadVersion(record, cache) {
  const models = record.artifacts.filter(({ path }) => path.endsWith('.onnx'));
  const [model] = models;
  if (!model || models.length > 1) {
    throw new Error(`v${record.version} has ${models.length} .onnx files; this server takes exactly one`);
  }
  return WorkerEngine.start(await cache.file(model), record.serving);
}
