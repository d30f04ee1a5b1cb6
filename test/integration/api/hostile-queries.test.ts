import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { registerVersions } from '../../support/registering.js';

const CHECKS = '/v1/models/fraud/versions/1/checks';
const token = (text: string): string => Buffer.from(text).toString('base64url');

describe('the history of checks, asked for oddly', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    await registerVersions(api, 'fraud', 1);
  });
  afterAll(async () => {
    await api.close();
  });

  it.each([
    'kind=nothing',
    'kind=__proto__',
    'kind=toString',
    'kind=env&kind=image',
    'kind=',
    'state=PRESENT',
    'subject=a&subject=b',
    'subject=%00',
    'subject=a%00b',
    'pageToken=x',
    `pageToken=${token('k:1 OR 1=1')}`,
    `pageToken=${token(`k:${'9'.repeat(16)}`)}`,
    'pageSize=501',
    'pageSize=1e3',
  ])('is refused, with the field that is wrong: %s', async (query) => {
    const answer = await api.as('ana').get(`${CHECKS}/history?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
    const [field] = query.split(/[[=]/);
    expect(answer.body.errors).toMatchObject([{ field }]);
  });

  it.each([
    `subject=${encodeURIComponent("' OR 1=1 --")}`,
    `subject=${'x'.repeat(5_000)}`,
    'subject=%F0%9F%98%80',
    `pageToken=${token(`k:${'9'.repeat(15)}`)}`,
  ])('is empty where nothing is meant (%#)', async (query) => {
    const answer = await api.as('ana').get(`${CHECKS}/history?${query}`);
    expect(answer.status).toBe(200);
    expect(Array.isArray(answer.body.items)).toBe(true);
  });
});
