import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadinessView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { promote } from '../../support/registering.js';
import { readinessOf } from './readiness-walk.js';

const COUNT = 10_000;
const DIGEST = `sha256:${'5'.repeat(64)}`;

describe('the readiness of an alias whose target has ten thousand artifacts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ env: { LASTGOOD_BODY_LIMIT_BYTES: '8000000' } });
    const artifacts = Array.from({ length: COUNT }, (_, index) => ({ uri: uriOf(index), digest: DIGEST, size: 1 }));
    for (const seed of [1, 2]) {
      const record = { createModel: true, artifacts, serving: { seed } };
      await api.as('ana').post('/v1/models/many/versions').send(record).expect(201);
      await promote(api, 'many', seed);
    }
    // What the jobs would have recorded, had there been that many files.
    await query(
      api.databaseUrl,
      `INSERT INTO newest_checks
         (model_id, version, kind, subject, state, evidence, duration_ms, observed_at, since)
       SELECT v.model_id, v.version, k, a ->> 'uri', 'present', '{"size": 1}', 1, now(), now()
       FROM versions v, jsonb_array_elements(v.artifacts) a, unnest(ARRAY['artifact', 'content']) k`,
    );
  });
  afterAll(() => api.close());

  const uriOf = (index: number) => `file://${api.dataDir}/artifacts/shard-${String(index).padStart(5, '0')}.bin`;
  const answer = async (): Promise<{ view: ReadinessView; bytes: number }> => {
    const { text, body } = await api.as('ana').get('/v1/models/many/aliases/production/readiness').expect(200);
    return { view: body as ReadinessView, bytes: text.length };
  };
  const allMissing = `UPDATE newest_checks SET state = 'missing', evidence = '{"said": "no such file"}'`;

  it('weighs all of them and answers with counts', async () => {
    const { view, bytes } = await answer();
    expect(view.verdict).toBe('ready');
    expect(view.checklist).toMatchObject([{}, { expected: COUNT }, { expected: COUNT }, {}, {}, {}, {}]);
    expect(bytes).toBeLessThan(4_000);
  });

  it('finds the one that is missing', async () => {
    await query(
      api.databaseUrl,
      `${allMissing} WHERE version = 1 AND kind = 'artifact' AND subject = '${uriOf(7_654)}'`,
    );
    const { checklist } = await readinessOf(api, 'many');
    const text = 'of 10000 artifacts of v1, 1 is missing';
    expect(checklist[1]).toMatchObject({ state: 'fail', failing: 1, text, subjects: [{ subject: uriOf(7_654) }] });
  });

  it('names ten of all, where all are missing', async () => {
    await query(api.databaseUrl, allMissing);
    const { view, bytes } = await answer();
    expect(view.checklist[1]).toMatchObject({ failing: COUNT, subjects: { length: 10 } });
    expect(view.checklist[1]?.subjects[0]?.subject).toBe(uriOf(0));
    expect(bytes).toBeLessThan(16_000);
  });
});
