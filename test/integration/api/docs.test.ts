import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApi, listen } from '../../../src/entry/api-process.js';
import { loadConfig } from '../../../src/platform/config/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { checkout } from '../../support/run-folder.js';

describe('the description of the API', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(inject('runFolder'), 'docs-'));
    const env = { DATABASE_URL: database.url, LASTGOOD_DATA: folder, LASTGOOD_TOKEN: 'correct-horse-battery' };
    const config = { ...loadConfig({ env }), port: 0 };
    app = await createApi(config, pino({ level: 'error' }));
    url = await listen(app, config);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('is shown as a page to people who have no token, also when several ask first', async () => {
    const answers = await Promise.all(['/docs', '/docs/', '/docs/index.html'].map((path) => fetch(`${url}${path}`)));
    for (const answer of answers) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
      expect(await answer.text()).toContain('swagger-ui');
    }
  });

  it('comes with all that its page loads', async () => {
    const page = await (await fetch(`${url}/docs/`)).text();
    const parts = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, part]) => part);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      const answer = await fetch(`${url}/docs/${part}`);
      expect([part, answer.status]).toEqual([part, 200]);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  it('is the committed one', async () => {
    const committed: unknown = JSON.parse(await readFile(join(checkout, 'docs/openapi.json'), 'utf8'));
    expect(await (await fetch(`${url}/docs-json`)).json()).toEqual(committed);
    expect(await (await fetch(`${url}/docs-yaml`)).text()).toContain('openapi: 3.1.0');
  });

  it('answers what it has not as the rest of the API does', async () => {
    const answer = await fetch(`${url}/docs/no-such-part`);
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'route-not-found' })]);
  });
});
