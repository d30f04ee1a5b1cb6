import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { kindOf, lasting, readmeBlocks } from '../support/readme.js';
import { ReadmeSession } from '../support/readme-session.js';
import { checkout, testFolder } from '../support/run-folder.js';

const blocks = readmeBlocks();
const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
let session: ReadmeSession;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  session = await ReadmeSession.open(await testFolder('readme'), [
    ['postgres://lastgood:secret@db.internal/lastgood', database.url],
    ['redis://redis.internal:6379', inject('redisUrl')],
  ]);
});
afterAll(async () => {
  await session.stop();
  await database.drop();
});

/** Does what a reader would do with the commands of a block. What the last one printed, or null where it is not run here. */
async function follow(commands: readonly string[]): Promise<string | null> {
  let printed: string | null = null;
  for (const command of commands) {
    const kind = kindOf(command);
    printed = null;
    if (kind === 'state') session.remember(command);
    if (kind === 'server') await session.serve(command);
    if (kind !== 'run') continue;
    const { code, stdout, stderr } = await session.run(command);
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${stdout}${stderr}`);
    if (command.startsWith('curl ') && stdout.includes('urn:lastgood:problem:'))
      throw new Error(`${command}\n${stdout}`);
    printed = command.startsWith('lastgood register') ? stderr + stdout : stdout;
  }
  return printed;
}

/** The program of a block, run until the registry has its report. */
async function runProgram(text: string): Promise<unknown> {
  const address = session.url.replace('http://', '');
  const program = `const serve = async (record) => record;\n${text.replaceAll('127.0.0.1:7420', address)}`;
  writeFileSync(join(session.folder, 'program.mjs'), program);
  const child = spawn(process.execPath, ['program.mjs'], { cwd: session.folder, stdio: 'inherit' });
  try {
    return await expect
      .poll(
        async () => {
          const answer = await fetch(`${session.url}/v1/models/fraud/aliases/production/reports`);
          const { items }: { items: { controller: string; version: number }[] } = JSON.parse(await answer.text());
          return items;
        },
        { timeout: 120_000 },
      )
      .toMatchObject([{ controller: 'fraud-server-1', drift: false }]);
  } finally {
    child.kill();
  }
}

describe('README.md, followed from top to bottom', () => {
  let printed: string | null = null;

  it.each(blocks.filter(({ language }) => language !== 'mermaid'))(
    '$language: $text',
    async ({ language, text, commands }) => {
      if (language === 'sh') printed = await follow(commands);
      if (language === 'js') await runProgram(text);
      expect(language === 'text' && printed !== null ? lasting(printed) : lasting(text)).toEqual(lasting(text));
    },
  );

  it('every server drains and ends well, the last one too', async () => {
    await expect(session.stop()).resolves.toBeUndefined();
  });
});

describe('the commands of README.md that have tests of their own', () => {
  it('are all there are: no command goes untried', () => {
    const commands = blocks.flatMap((block) => block.commands);
    const kinds = commands.map((command) => kindOf(command));
    expect(new Set(kinds)).toEqual(new Set(['state', 'run', 'server', 'covered']));
    expect(commands.length).toBeGreaterThan(30);
    expect(() => kindOf('lastgood-next up')).toThrow('does not know how to run');
  });

  it('scripts/test is what CI runs', () => {
    expect(read('.ci/run')).toMatch(/^exec .*\/scripts\/test"$/m);
  });

  it('scripts/quickstart is the demo that has its own end-to-end test, and prints what README.md shows', () => {
    expect(read('scripts/quickstart')).toContain('exec node "$example/demo.js"');
    expect(read('test/e2e/voice-activity/quickstart.test.ts')).toContain('demo.js');
    const { status, stdout } = spawnSync('scripts/quickstart', ['--help'], { cwd: checkout, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('--once');
    const demo = join(checkout, 'examples/voice-activity/demo');
    const sources = readdirSync(demo)
      .map((name) => readFileSync(join(demo, name), 'utf8'))
      .join('\n');
    const shown = blocks.find(({ text }) => text.includes('requests failed'))?.text ?? '';
    const labels = [...shown.matchAll(/^ {2,}(.+?) {2,}/gm)].map(([, label = '']) => label.trim());
    expect(labels.length).toBeGreaterThan(2);
    expect(labels.filter((label) => !sources.includes(label.replace("'", "\\'")) && !sources.includes(label))).toEqual(
      [],
    );
  });

  it('npm run build made what the commands here ran', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ bin: { lastgood: 'dist/bin/lastgood.js' } });
  });
});
