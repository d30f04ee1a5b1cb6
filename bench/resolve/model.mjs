// @ts-check
import { openConnection } from '../support/http-connection.mjs';

const digest = (/** @type {string} */ digit) => `sha256:${digit.repeat(64)}`;

/**
 * Registers two versions of a model as a pipeline would, and promotes one after the other, so that the alias has a
 * rollback target to be kept warm. Returns the path that resolves it.
 * @param {URL} url
 */
export async function registerModel(url) {
  const connection = await openConnection(url);
  const send = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body) => {
    const answer = await connection.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  };
  for (const seed of ['a', 'b']) {
    await send('POST', '/v1/models/voice-activity/versions', {
      createModel: true,
      artifacts: [{ uri: `s3://models/voice-activity/${seed}/model.onnx`, digest: digest(seed), size: 2_327_524 }],
      image: `registry.internal/serving/onnx@${digest('e')}`,
      env: { ORT_THREADS: '2', SAMPLE_RATE: '16000' },
      serving: { runtime: 'onnxruntime', threshold: 0.5 },
    });
  }
  const alias = '/v1/models/voice-activity/aliases/production';
  for (const version of ['v1', 'v2']) await send('PUT', alias, { version, reason: 'measuring' });
  const answer = await connection.request('GET', `${alias}/resolve`);
  connection.close();
  return { path: `${alias}/resolve`, answer };
}
