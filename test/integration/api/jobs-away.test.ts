import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { until } from '../../support/queue-until.js';
import { startRedis, type RedisServer } from '../../support/redis-server.js';
import { promote, registerVersions } from '../../support/registering.js';

describe.each(['killed', 'hanging'] as const)('while Redis is %s', (way) => {
  let redis: RedisServer;
  let api: TestApi;
  beforeAll(async () => {
    redis = await startRedis(join(inject('runFolder'), `jobs-away-${way}`));
    api = await startApi({ env: { REDIS_URL: redis.url } });
    await api.as('ana').get('/v1/jobs/summary').expect(200);
    if (way === 'killed') await redis.kill();
    else redis.pause();
  });
  afterAll(async () => {
    redis.resume();
    await api.close();
    await redis.stop();
  });

  it('versions are registered and moved, and the calls about jobs answer 503 and say how much waits', async () => {
    await registerVersions(api, 'fraud', 1);
    await promote(api, 'fraud', 1);
    const calls = ['get /v1/jobs', 'get /v1/jobs/summary', 'post /v1/jobs/any/retry'];
    await Promise.all(
      calls.map(async (call) => {
        const [method, path = ''] = call.split(' ');
        const agent = api.as('ana');
        const { body, status } = await (method === 'get' ? agent.get(path) : agent.post(path));
        expect([status, body.code]).toEqual([503, 'queue-unavailable']);
        expect(body.detail).toMatch(/^Moves and rollbacks go on; .* [1-9]\d* of them wait now\. See to Redis/);
      }),
    );
  });

  it('the metrics answer without the numbers of the queue, and with those of the outbox', async () => {
    const { text } = await api.as('prometheus').get('/metrics').expect(200);
    expect(text).toMatch(/^lastgood_queue_up 0$/m);
    expect(text).toMatch(/^lastgood_outbox_rows [1-9]/m);
    expect(text).not.toMatch(/^lastgood_jobs/m);
  });

  it('nothing has to be started again once it is back', async () => {
    if (way === 'killed') await redis.restart();
    else redis.resume();
    const up = async (): Promise<boolean> =>
      (await api.as('prometheus').get('/metrics').expect(200)).text.includes('lastgood_queue_up 1\n');
    await until('the queue is up', up);
    await api.as('ana').get('/v1/jobs').expect(200);
  });
});
