import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/contract/errors.js';
import { checkout } from '../../support/run-folder.js';

type Content = Record<string, { schema?: object }>;

interface Call {
  operationId: string;
  responses: Record<string, { content?: Content }>;
}

const committed = join(checkout, 'docs/openapi.json');
const script = join(checkout, 'scripts/openapi.mjs');
const run = promisify(execFile);
let folder: string;
let document: { openapi: string; paths: Record<string, Record<string, Call>>; components: { schemas: object } };
let calls: [string, Call][];
let answers: { call: string; status: number; content: Content }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lastgood-openapi-'));
  document = JSON.parse(await readFile(committed, 'utf8'));
  calls = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, call]): [string, Call] => [`${method} ${path}`, call]),
  );
  answers = calls.flatMap(([call, { responses }]) =>
    Object.entries(responses).map(([status, { content = {} }]) => ({ call, status: Number(status), content })),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('docs/openapi.json', () => {
  it('is what the sources say now', async () => {
    const { stdout } = await run(process.execPath, [script, '--check'], { cwd: checkout });
    expect(stdout).toContain('docs/openapi.json is what the sources say');
  });

  it('is refused when it is stale, with the command that renews it', async () => {
    const stale = join(folder, 'openapi.json');
    await copyFile(committed, stale);
    await writeFile(stale, (await readFile(stale, 'utf8')).replace('"rollBack"', '"rollForward"'));
    const refused = run(process.execPath, [script, '--check', stale], { cwd: checkout });
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Run `npm run openapi`') });
  });

  it('is a valid OpenAPI 3.1 document', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('refers only to schemas that it has', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names));
  });

  it('gives every call a name of its own', () => {
    const ids = calls.map(([, call]) => call.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes every route that bypasses the framework, too', async () => {
    const features = join(checkout, 'src/features');
    const files = (await readdir(features, { recursive: true })).filter((name) => name.endsWith('.route.ts'));
    const sources = await Promise.all(files.map((name) => readFile(join(features, name), 'utf8')));
    const routes = sources.flatMap((text) => [...text.matchAll(/'(\/[\w/:]+)'/g)].map(([, route = '']) => route));
    const paths = routes.map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(new Set(paths).size).toBeGreaterThan(2);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(paths));
  });

  it('says of every call under /v1 that a request or a token may be refused, and that something may break', () => {
    const silent = calls
      .filter(([name]) => name.includes(' /v1'))
      .filter(([, { responses }]) => !['400', '401', '500'].every((status) => status in responses));
    expect(silent).toEqual([]);
  });

  it('describes every refusal as a problem whose codes have its status in the error table', () => {
    const wrong = answers
      .filter(({ status }) => status >= 400)
      .filter(({ status, content }) => {
        const schema = JSON.stringify(content['application/problem+json']?.schema ?? null);
        const codes = Object.entries(ERRORS).filter(([code]) => schema.includes(`"${code}"`));
        const fit = codes.length > 0 && codes.every(([, row]) => row.status === status);
        return !fit || !schema.includes('#/components/schemas/Problem');
      });
    expect(wrong).toEqual([]);
  });

  it('names every code of the error table that belongs to a call', () => {
    const text = JSON.stringify(document.paths);
    // Given to an address that no call has, and by a replica that takes no calls any more.
    const ofNoCall = ['route-not-found', 'shutting-down'];
    const missing = Object.keys(ERRORS).filter((code) => !text.includes(`"${code}"`));
    expect(missing.filter((code) => !ofNoCall.includes(code))).toEqual([]);
  });

  it('describes what is answered, not only that something is', () => {
    const bare = answers.filter(({ content }) => Object.values(content)[0]?.schema === undefined);
    const withoutBody = bare.filter(({ status, call }) => [204, 304].includes(status) || call.startsWith('head '));
    expect(bare).toEqual(withoutBody);
  });
});
