import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';
import { failJobs, ONE_ATTEMPT } from '../support/failed-jobs.js';
import { query } from '../support/pg-query.js';
import { DescribedApi, type Seen } from '../support/described-api.js';

type Step = [method: string, path: string, status: number, body?: object | string, headers?: Record<string, string>];

const bytes = 'weights';
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const never = `sha256:${'0'.repeat(64)}`;
const record = (served: string) => ({
  image: `registry.example/team/server@sha256:${served.repeat(64)}`,
  artifacts: [],
});
const why = { reason: 'to see what is answered' };
const model = '/v1/models/fraud';
const alias = `${model}/aliases/production`;
const node = '/v1/nodes/gpu-1';
const disk = { budgetBytes: 1e12, usedBytes: 0, freeBytes: 1e12 };
const registered = { agent: 'agent-one', agentVersion: '0.1.0', labels: { zone: 'b' }, gpus: [], disk };
const weights = {
  state: 'resident',
  bytesDone: 7,
  bytesTotal: 7,
  bytesPerSecond: null,
  etaSeconds: null,
  reason: null,
};
const held = { agent: 'agent-one', items: [{ model: 'fraud', version: 2, weights, image: null }] };

// One walk through every call, in an order in which each can succeed, with a refusal of each kind on the way.
const walk: Step[] = [
  ['POST', '/v1/models', 201, { model: 'fraud' }],
  ['POST', '/v1/models', 409, { model: 'fraud' }],
  ['POST', '/v1/models', 400, { model: 'Fraud', colour: 'red' }],
  ['POST', '/v1/models', 400, '{"model": '],
  ['POST', '/v1/models', 413, { model: 'big', description: 'x'.repeat(5000) }],
  ['GET', '/v1/models?pageSize=1', 200],
  ['GET', '/v1/models?pageSize=none', 400],
  ['GET', model, 200],
  ['GET', '/v1/models/nobody', 404],
  ['PATCH', model, 200, { description: 'finds fraud', labels: { team: 'risk' } }],
  ['PUT', `/v1/artifacts/${digest}`, 201, bytes, { 'content-type': 'application/octet-stream' }],
  ['PUT', `/v1/artifacts/${digest}`, 200, bytes, { 'content-type': 'application/octet-stream' }],
  ['PUT', `/v1/artifacts/${never}`, 422, bytes, { 'content-type': 'application/octet-stream' }],
  ['GET', `/v1/artifacts/${digest}`, 200],
  ['GET', `/v1/artifacts/${digest}`, 206, undefined, { range: 'bytes=1-2' }],
  ['GET', `/v1/artifacts/${digest}`, 416, undefined, { range: 'bytes=100-' }],
  ['GET', `/v1/artifacts/${never}`, 404],
  ['HEAD', `/v1/artifacts/${digest}`, 200],
  ['POST', `${model}/versions`, 201, { ...record('1'), env: { A: 'b' }, serving: { a: 1 }, metrics: { auc: 0.93 } }],
  ['POST', `${model}/versions`, 201, record('2'), { 'idempotency-key': 'one' }],
  ['POST', `${model}/versions`, 200, record('2')],
  ['POST', `${model}/versions`, 409, record('3'), { 'idempotency-key': 'one' }],
  ['GET', `${model}/versions`, 200],
  ['GET', `${model}/versions/v1`, 200],
  ['GET', `${model}/versions/9`, 404],
  ['DELETE', `${model}/versions/1`, 409],
  ['GET', `${model}/versions/1/checks`, 200],
  ['POST', `${model}/versions/1/checks`, 202, { deep: true }],
  ['POST', `${model}/versions/9/checks`, 404, {}],
  ['GET', `${model}/versions/1/checks/rounds`, 200],
  ['GET', `${model}/versions/1/checks/history?kind=image`, 200],
  ['GET', `${model}/versions/1/checks/history?kind=colour`, 400],
  ['PUT', alias, 200, { version: 1, ...why }],
  ['PUT', alias, 412, { version: 1, ...why }, { 'if-match': '"99"' }],
  ['POST', `${alias}/rollback`, 409, why],
  ['PUT', alias, 200, { version: 'v2', ...why }],
  ['GET', alias, 200],
  ['GET', `${model}/aliases`, 200],
  ['PATCH', alias, 200, { soakSeconds: 60, ...why }],
  ['POST', `${alias}/known-good`, 200, { version: 2, ...why }],
  ['GET', `${alias}/resolve`, 200],
  ['GET', `${alias}/resolve?wait=long`, 400],
  [
    'PUT',
    `${alias}/reports/server-1`,
    200,
    { version: 2, revision: 3, configDigest: never, readyReplicas: 1, replicas: 1 },
  ],
  ['GET', `${alias}/reports`, 200],
  ['GET', `${alias}/readiness`, 200],
  ['GET', `${model}/aliases/rollback-target/readiness`, 409],
  ['PUT', node, 200, registered],
  ['PUT', node, 409, { ...registered, agent: 'agent-two' }],
  ['PUT', node, 400, { ...registered, disk: 'large' }],
  ['PUT', `${node}/residency`, 200, held],
  ['PUT', '/v1/nodes/nobody/residency', 404, held],
  // Answered at once, also before the first plan is made: no revision is that high.
  ['GET', `${node}/assignments?revision=99`, 200],
  ['GET', node, 200],
  ['GET', '/v1/nodes', 200],
  ['GET', `${model}/residency`, 200],
  ['DELETE', node, 409],
  ['GET', '/v1/jobs', 200],
  ['GET', '/v1/jobs?state=waiting', 400],
  ['GET', '/v1/jobs/summary', 200],
  ['POST', '/v1/jobs/none/retry', 404],
  ['POST', `${alias}/rollback`, 200, { from: 'v2', ...why }],
  ['PUT', alias, 409, { version: 2, ...why }],
  ['GET', `${alias}/rollbacks`, 200],
  ['GET', `${alias}/rollbacks/1000`, 404],
  ['POST', `${alias}/clear`, 200, { version: 2, ...why }],
  ['GET', `${alias}/history`, 200],
  ['DELETE', `${model}/aliases/rollback-target?reason=no`, 409],
  ['DELETE', `${alias}?reason=done`, 204],
  ['GET', alias, 404],
  ['DELETE', model, 409],
  ['POST', '/v1/models', 201, { model: 'empty' }],
  ['DELETE', '/v1/models/empty', 204],
  ['GET', '/healthz', 200],
  ['GET', '/readyz', 200],
];

let api: TestApi;
const described = new DescribedApi();

beforeAll(async () => {
  const env = { LASTGOOD_BODY_LIMIT_BYTES: '4096', LASTGOOD_TOKEN: 'secret', ...ONE_ATTEMPT };
  api = await startApi({ jobs: true, env });
});
afterAll(() => api.close());

async function call([method, path, , body, headers = {}]: Step, token = 'secret'): Promise<Seen> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { authorization: `Bearer ${token}`, ...(text && { 'content-type': 'application/json' }), ...headers };
  const answer = await fetch(`${api.url}${path}`, { method, headers: sent, ...(text && { body: text }) });
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
  return { method, path, status: answer.status, type, text: await answer.text() };
}

describe('docs/openapi.json, by which others write clients,', () => {
  it.each(walk)('is what is answered to %s %s: %d', async (...step) => {
    const seen = await call(step);
    expect(described.problemOf(seen)).toBeNull();
    expect(seen.status).toBe(step[2]);
  });

  it('is what a rollback is answered by its number', async () => {
    const { text } = await call(['GET', `${alias}/rollbacks`, 200]);
    const { items }: { items: { id: number }[] } = JSON.parse(text);
    const seen = await call(['GET', `${alias}/rollbacks/${items[0]?.id}`, 200]);
    expect(described.problemOf(seen)).toBeNull();
    expect(seen.status).toBe(200);
  });

  it('is what is answered when a node that fell silent is deleted', async () => {
    await query(api.databaseUrl, `UPDATE nodes SET reported_at = now() - interval '1 hour'`);
    const seen = await call(['DELETE', node, 204]);
    expect(described.problemOf(seen)).toBeNull();
    expect(seen.status).toBe(204);
  });

  it('is what is answered when a failed job is to run again', async () => {
    const [id] = await failJobs(api, 1);
    const seen = await call(['POST', `/v1/jobs/${id}/retry`, 202]);
    expect(described.problemOf(seen)).toBeNull();
    expect(seen.status).toBe(202);
  });

  it('is what is answered to a wrong token', async () => {
    const seen = await call(['GET', '/v1/models', 401], 'wrong');
    expect(described.problemOf(seen)).toBeNull();
    expect(seen.status).toBe(401);
  });

  it('is what a watch opens with', async () => {
    const stop = new AbortController();
    const headers = { authorization: 'Bearer secret' };
    const { status, headers: answered } = await fetch(`${api.url}/v1/watch`, { headers, signal: stop.signal });
    stop.abort();
    const type = answered.get('content-type')?.split(';')[0] ?? '';
    expect(described.problemOf({ method: 'GET', path: '/v1/watch', status, type, text: '' })).toBeNull();
  });

  it('was tried with every operation that it has', () => {
    expect(described.operations.filter((id) => !described.succeeded.has(id))).toEqual([]);
  });
});
