// Writes docs/openapi.json from the sources; with --check, compares instead. Another file can be named behind that.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGenerator } from 'ts-json-schema-generator';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const file = resolve(root, positionals[0] ?? 'docs/openapi.json');
const shown = relative(process.cwd(), file);

// What the API answers is written down once, as TypeScript types. Type-checking them is not this script's work.
function viewSchemas() {
  const options = { tsconfig: `${root}/tsconfig.json`, type: '*', functions: 'hide', encodeRefs: false };
  const generator = createGenerator({
    ...options,
    path: `${root}/src/contract/{views,node-views,problem}.ts`,
    skipTypeCheck: true,
    additionalProperties: true,
  });
  const { definitions = {} } = generator.createSchema('*');
  delete definitions['*']; // all of them once more
  return JSON.parse(JSON.stringify(withFormats(definitions)).replaceAll('#/definitions/', '#/components/schemas/'));
}

// TypeScript has one kind of number and no times. In the views every number is whole but those of free maps
// (metrics), and what is called `at`, `…At` or `…Since` is an RFC 3339 time.
function withFormats(schema, name = '') {
  if (Array.isArray(schema)) return schema.map((part) => withFormats(part, name));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === 'additionalProperties') return [key, value];
    if (key === 'type' && value === 'number') return [key, 'integer'];
    if (key === 'type' && Array.isArray(value)) return [key, value.map((one) => (one === 'number' ? 'integer' : one))];
    if (key !== 'properties') return [key, withFormats(value, name)];
    return [key, Object.fromEntries(Object.entries(value).map(([field, of]) => [field, withFormats(of, field)]))];
  });
  const isTime = /(?:^at|At|Since)$/.test(name) && [schema.type].flat().includes('string');
  return { ...Object.fromEntries(entries), ...(isTime && { format: 'date-time' }) };
}

const { module } = await runnerImport(`${root}/src/entry/openapi.ts`, { root, configFile: false, logLevel: 'error' });
const text = `${JSON.stringify(await module.describeApi(viewSchemas()), null, 2)}\n`;

if (!values.check) {
  writeFileSync(file, text);
  console.log(`wrote ${shown}`);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error(`${shown} is not what the sources say. Run \`npm run openapi\` and commit the file with the change.`);
  process.exitCode = 1;
} else {
  console.log(`${shown} is what the sources say`);
}
